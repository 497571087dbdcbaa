"""A name server on a lab host whose records a test changes as it goes."""
import ipaddress
import socket
import struct
import threading

A, AAAA, SRV = 1, 28, 33
NXDOMAIN, REFUSED = 3, 5


def name_to_wire(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


class DnsServer:
    """`records`: of each name its addresses and, for SRV, (priority, weight, port, target). A name
    that is not there does not exist; a number in place of the list is the RCODE to answer with,
    None means silence."""

    def __init__(self, host, records=None, port=53):
        self.records = records or {}
        self.asked = []
        with host.inside():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.bind((host.address, port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                query, client = self._socket.recvfrom(4096)
            except OSError:
                return
            if not query:
                return
            reply = self._reply(query)
            if reply:
                self._socket.sendto(reply, client)

    def _reply(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        name = ".".join(labels)
        kind = struct.unpack_from("!H", query, at + 1)[0]
        question = query[12:at + 5]
        self.asked.append((name, kind))
        found = self.records.get(name, NXDOMAIN)
        if found is None:
            return None
        code = found if isinstance(found, int) else 0
        answers = [] if code else [a for a in map(self._data, found) if a[0] == kind]
        head = struct.pack("!2sHHHHH", query[:2], 0x8180 | code, 1, len(answers), 0, 0)
        return head + question + b"".join(
            struct.pack("!HHHIH", 0xc00c, kind, 1, 1, len(data)) + data for _, data in answers)

    @staticmethod
    def _data(record):
        if isinstance(record, tuple):
            priority, weight, port, target = record
            return SRV, struct.pack("!HHH", priority, weight, port) + name_to_wire(target)
        address = ipaddress.ip_address(record)
        return (A if address.version == 4 else AAAA), address.packed

    def close(self):
        self._socket.sendto(b"", self._socket.getsockname())  # wakes the thread up
        self._thread.join()
        self._socket.close()
