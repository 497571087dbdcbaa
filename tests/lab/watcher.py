"""Who owns the VIP, as a third host sees it: ARP answers, gratuitous ARPs and VRRP adverts; for an
IPv6 VIP neighbour advertisements, asked for and not.

Watcher is the side of the tests; run as a program on a lab host this file asks "who has VIP?"
every 5 ms and logs what passes, with the kernel's receive times. What it knows is therefore
exact to one interval at each end of a span. Adverts are taken where a host's cable meets the
bridge, since unicast ones do not come by here.
"""
import argparse
import json
import os
import select
import socket
import struct
import time
from typing import NamedTuple

from . import packet_filter
from .clock import now_ms
from .configuration import VRID
from .frame import Frame, arp_question, neighbour_question
from .host import INTERFACE
from .namespace import inside
from .program import Lines, spawn_module

INTERVAL_MS = 5
GAP_MS = 4 * INTERVAL_MS  # an owner that is silent for longer was none meanwhile
SO_TIMESTAMPNS = 35
ETH_P_ALL, ETH_P_ARP = 3, 0x0806
PROTOCOL_VRRP, PROTOCOL_ICMP6 = 112, 58
NEIGHBOUR_ADVERTISEMENT, SOLICITED = 136, 0x40


class Seen(NamedTuple):
    """One observation, `at` in ms of the monotonic clock. The rest is of an advert alone."""
    at: float
    kind: str       # "answer" | "garp" (or an NA that nobody asked for) | "advert"
    source: str     # MAC of the sender; of an advert the IP address
    vrid: int
    priority: int
    target: str = ""   # where it was sent to
    message: str = ""  # its bytes in hex, without the IP header

    @property
    def version(self):
        return int(self.message[0], 16)


class Span(NamedTuple):
    owner: str
    begin: float
    end: float


class Watcher:
    def __init__(self, host, vip, names, interval_ms=INTERVAL_MS):
        """`names` maps MACs to the names that reports use."""
        self.names = names
        self.gap_ms = 4 * interval_ms
        own = host.address6 if ":" in vip else host.address
        self.process = spawn_module(host, "watcher", vip, own, host.network.bridge, interval_ms,
                                    name=f"watcher-{vip}")
        self._lines = Lines(self.process.log)
        self._seen = []

    def seen(self, since_ms=0, kind=None):
        self._seen += [Seen(*json.loads(line)) for line in self._lines.new()]
        return [s for s in self._seen if s.at >= since_ms and kind in (None, s.kind)]

    def forget(self, before_ms):
        self.seen()
        self._seen = [s for s in self._seen if s.at >= before_ms]

    def spans(self, since_ms=0):
        """Times of ownership by answers, in order of their beginning."""
        open_spans, done = {}, []
        for answer in self.seen(since_ms, "answer"):
            owner = self.names.get(answer.source, answer.source)
            span = open_spans.get(owner)
            if span and answer.at - span.end > self.gap_ms:
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


def _open(program):
    """A socket for what the filter passes; receive() gives (frame, when, link)."""
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    packet_filter.attach(packets, program)
    packets.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    clock_offset_ns = time.time_ns() - time.monotonic_ns()

    def receive():
        frame, ancillary, _, origin = packets.recvmsg(2048, 256)
        if not ancillary:
            return None, 0, ""  # of before the socket was set up
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
        return frame, (seconds * 10**9 + nanoseconds - clock_offset_ns) / 1e6, origin[0]
    return packets, receive


def _open_own_link():
    packets, receive = _open(packet_filter.NEIGHBOURS)
    packets.bind((INTERFACE, 0))
    index = socket.if_nametoindex(INTERFACE)
    SOL_PACKET, ADD_MEMBERSHIP, PROMISC = 263, 1, 1
    packets.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack("iHH8s", index, PROMISC, 0, b""))
    return packets, receive


def _open_bridge(namespace):
    """VRRP packets that enter the bridge by the cable of an "lb..." host, each once: not what
    others forge."""
    with inside(namespace):
        packets, receive = _open(packet_filter.adverts(VRID))

    def receive_advert():
        frame, at, link = receive()
        ip = Frame(frame) if frame and link.startswith("p-lb") else None
        if ip is None or ip.protocol != PROTOCOL_VRRP or len(ip.payload) < 3:
            return None
        return Seen(at, "advert", ip.source, ip.payload[1], ip.payload[2], ip.target,
                    ip.payload.hex())
    return packets, receive_advert


def _understand(frame, at, vip):
    """An answer for the VIP, or one that nobody asked for."""
    if struct.unpack_from("!H", frame, 12)[0] == ETH_P_ARP and len(frame) >= 42:
        operation = struct.unpack_from("!H", frame, 20)[0]
        sender, sender_ip, target_ip = frame[22:28].hex(":"), frame[28:32], frame[38:42]
        if sender_ip == vip:
            if target_ip == vip:
                return Seen(at, "garp", sender, 0, 0)
            if operation == 2:
                return Seen(at, "answer", sender, 0, 0)
        return None
    ip = Frame(frame)
    if ip.protocol == PROTOCOL_ICMP6 and ip.payload[:1] == bytes([NEIGHBOUR_ADVERTISEMENT]) \
            and ip.payload[8:24] == vip:
        kind = "answer" if ip.payload[4] & SOLICITED else "garp"
        option = ip.payload[24:32]  # the sender's link-layer address, where it is told
        sender = option[2:8] if option[:2] == b"\x02\x01" else frame[6:12]
        return Seen(at, kind, sender.hex(":"), 0, 0)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vip")
    parser.add_argument("own_address")
    parser.add_argument("bridge")
    parser.add_argument("interval_ms", type=float)
    options = parser.parse_args()
    os.nice(-15)  # a busy machine must not make a witness blind
    packets, receive = _open_own_link()
    adverts, receive_advert = _open_bridge(options.bridge)
    ask = neighbour_question if ":" in options.vip else arp_question
    vip, question = ask(packets.getsockname()[4], options.own_address, options.vip)
    next_question = now_ms()
    while True:
        wait_s = max(0.0, next_question - now_ms()) / 1000
        readable = select.select([packets, adverts], [], [], wait_s)[0]
        seen = [receive_advert()] if adverts in readable else []
        if packets in readable:
            frame, at, _ = receive()
            seen += [_understand(frame, at, vip)] if frame else []
        for one in filter(None, seen):
            print(json.dumps(one), flush=True)
        if now_ms() >= next_question:
            try:
                packets.send(question)
            except OSError:
                pass  # our own cable is pulled: go on until it is back
            next_question = max(next_question + options.interval_ms,
                                now_ms() - options.interval_ms)


if __name__ == "__main__":
    main()
