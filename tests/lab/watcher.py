"""Who owns the VIP, as a third host sees it: ARP answers, gratuitous ARPs and VRRP adverts.

Watcher is the side of the tests; run as a program on a lab host this file asks "who has VIP?"
every 5 ms and logs what passes, with the kernel's receive times. What it knows is therefore
exact to one interval at each end of a span.
"""
import argparse
import json
import select
import socket
import struct
import time
from typing import NamedTuple

from .clock import now_ms
from .host import INTERFACE
from .program import Lines, spawn_module

INTERVAL_MS = 5
GAP_MS = 4 * INTERVAL_MS  # an owner that is silent for longer was none meanwhile
SO_TIMESTAMPNS = 35
ETH_P_ALL, ETH_P_ARP, ETH_P_IP = 3, 0x0806, 0x0800
PROTOCOL_VRRP = 112


class Seen(NamedTuple):
    """One observation, `at` in ms of the monotonic clock."""
    at: float
    kind: str      # "answer" | "garp" | "advert"
    source: str    # MAC of the sender; of an advert the IP address
    vrid: int      # of an advert, else 0
    priority: int  # of an advert, else 0


class Span(NamedTuple):
    owner: str
    begin: float
    end: float


class Watcher:
    def __init__(self, host, vip, names):
        """`names` maps MACs to the names that reports use."""
        self.names = names
        self.process = spawn_module(host, "watcher", vip, host.address)
        self._lines = Lines(self.process.log)
        self._seen = []

    def seen(self, since_ms=0, kind=None):
        self._seen += [Seen(*json.loads(line)) for line in self._lines.new()]
        return [s for s in self._seen if s.at >= since_ms and kind in (None, s.kind)]

    def forget(self, before_ms):
        self.seen()
        self._seen = [s for s in self._seen if s.at >= before_ms]

    def spans(self, since_ms=0):
        """Times of ownership by ARP answers, in order of their beginning."""
        open_spans, done = {}, []
        for answer in self.seen(since_ms, "answer"):
            owner = self.names.get(answer.source, answer.source)
            span = open_spans.get(owner)
            if span and answer.at - span.end > GAP_MS:
                done.append(span)
                span = None
            open_spans[owner] = Span(owner, span.begin if span else answer.at, answer.at)
        return sorted([*done, *open_spans.values()], key=lambda span: span.begin)

    def double_ms(self, since_ms=0):
        """For how long two hosts answered for the VIP."""
        spans, total = self.spans(since_ms), 0.0
        for index, one in enumerate(spans):
            for other in spans[index + 1:]:
                if one.owner != other.owner:
                    total += max(0.0, min(one.end, other.end) - max(one.begin, other.begin))
        return total

    def owners(self, window_ms=100):
        """Who answered within the last `window_ms`."""
        return {self.names.get(s.source, s.source) for s in self.seen(now_ms() - window_ms)
                if s.kind == "answer"}

    def stop(self):
        self.process.dispose()


def _open(clock_offset_ns):
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    packets.bind((INTERFACE, 0))
    packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    index = socket.if_nametoindex(INTERFACE)
    SOL_PACKET, ADD_MEMBERSHIP, PROMISC = 263, 1, 1
    packets.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack("iHH8s", index, PROMISC, 0, b""))

    def receive():
        frame, ancillary, _, origin = packets.recvmsg(2048, 256)
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
        at = (seconds * 10**9 + nanoseconds - clock_offset_ns) / 1e6
        outgoing = origin[2] == socket.PACKET_OUTGOING
        return (None if outgoing else frame), at
    return packets, receive


def _understand(frame, at, vip):
    ethertype = struct.unpack_from("!H", frame, 12)[0]
    if ethertype == ETH_P_ARP and len(frame) >= 42:
        operation = struct.unpack_from("!H", frame, 20)[0]
        sender, sender_ip, target_ip = frame[22:28].hex(":"), frame[28:32], frame[38:42]
        if sender_ip == vip:
            if target_ip == vip:
                return Seen(at, "garp", sender, 0, 0)
            if operation == 2:
                return Seen(at, "answer", sender, 0, 0)
    if ethertype == ETH_P_IP and len(frame) >= 42 and frame[23] == PROTOCOL_VRRP:
        header = 14 + (frame[14] & 15) * 4
        return Seen(at, "advert", socket.inet_ntoa(frame[26:30]), frame[header + 1],
                    frame[header + 2])
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vip")
    parser.add_argument("own_address")
    options = parser.parse_args()
    vip = socket.inet_aton(options.vip)
    packets, receive = _open(time.time_ns() - time.monotonic_ns())
    mac = packets.getsockname()[4]
    question = (b"\xff" * 6 + mac + struct.pack("!HHHBBH", ETH_P_ARP, 1, ETH_P_IP, 6, 4, 1)
                + mac + socket.inet_aton(options.own_address) + bytes(6) + vip)
    next_question = now_ms()
    while True:
        wait_s = max(0.0, next_question - now_ms()) / 1000
        if select.select([packets], [], [], wait_s)[0]:
            frame, at = receive()
            seen = frame and _understand(frame, at, vip)
            if seen:
                print(json.dumps(seen), flush=True)
        if now_ms() >= next_question:
            try:
                packets.send(question)
            except OSError:
                pass  # our own cable is pulled: go on until it is back
            next_question = max(next_question + INTERVAL_MS, now_ms() - INTERVAL_MS)


if __name__ == "__main__":
    main()
