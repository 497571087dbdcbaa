"""An operator at the proxy's stats socket."""
import csv
import socket

from .clock import wait_until


class Operator:
    def __init__(self, path):
        self.path = str(path)

    def connect(self):
        """HAProxy's port may be open before its socket is."""
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(5)
        wait_until(lambda: client.connect_ex(self.path) == 0, 5, "a stats socket")
        return client

    def ask(self, text, half_close=True):
        client = self.connect()
        client.sendall(text.encode() + b"\n")
        if half_close:
            client.shutdown(socket.SHUT_WR)
        return self.rest_of(client)

    @staticmethod
    def rest_of(client):
        answer = b""
        while data := client.recv(65536):
            answer += data
        client.close()
        return answer.decode()

    def stat(self, proxy, server):
        """The row of `show stat`, None where there is none."""
        text = self.ask("show stat").removeprefix("# ").strip()
        rows = csv.DictReader(text.splitlines())
        return next((row for row in rows
                     if (row["pxname"], row["svname"]) == (proxy, server)), None)
