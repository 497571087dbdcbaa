"""An operator at the proxy's stats socket."""
import csv
import socket


class Operator:
    def __init__(self, path):
        self.path = str(path)

    def ask(self, line, timeout_s=5):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(timeout_s)
            client.connect(self.path)
            client.sendall(line.encode() + b"\n")
            answer = b""
            while data := client.recv(65536):
                answer += data
        return answer.decode()

    def stat(self, proxy, server):
        """The row of `show stat`, None where there is none."""
        text = self.ask("show stat").removeprefix("# ").strip()
        rows = csv.DictReader(text.splitlines())
        return next((row for row in rows
                     if (row["pxname"], row["svname"]) == (proxy, server)), None)
