"""An authority and certificates that it signs, made by openssl in a directory of the test."""
import subprocess


def openssl(*arguments, input=None):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, input=input)


class Authority:
    def __init__(self, directory):
        self.directory = directory
        directory.mkdir(exist_ok=True)
        self.file = directory / "ca.crt"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", 2, "-subj", "/CN=lab", "-keyout", directory / "ca.key", "-out", self.file)

    def issue(self, name, *alternatives, key_beside=False, days=1):
        """The PEM file of a certificate for these names, its key in it or in FILE.key."""
        base = self.directory / name.replace("*", "any")
        names = ",".join(f"DNS:{one}" for one in alternatives or (name,))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", f"/CN={name}", "-keyout", f"{base}.k", "-out", f"{base}.csr")
        extension = self.directory / "extension"
        extension.write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", f"{base}.csr", "-CA", self.file, "-CAkey",
                self.directory / "ca.key", "-CAcreateserial", "-days", days, "-extfile", extension,
                "-out", f"{base}.c")
        pem = self.directory / f"{base.name}.pem"
        certificate, key = (open(f"{base}.{kind}").read() for kind in "ck")
        pem.write_text(certificate if key_beside else certificate + key)
        if key_beside:
            (self.directory / f"{base.name}.pem.key").write_text(key)
        return pem
