"""Forged VRRP adverts: good ones and each way to be bad (RFC 9568, section 7.1)."""
import socket
import struct

from .configuration import VIP, VRID
from .frame import checksum

GROUP = "224.0.0.18"
PROTOCOL = 112


def advert(vrid, priority, version=3, kind=1, interval_cs=10, count=1, vip=VIP, right=True):
    """An advertisement whose checksum covers the message alone, as RFC 9568 has it."""
    head = struct.pack("!BBBBH", version << 4 | kind, vrid, priority, count, interval_cs)
    tail = socket.inet_aton(vip)
    sum_ = checksum(head + b"\0\0" + tail)
    return head + struct.pack("!H", sum_ if right else sum_ ^ 0x5555) + tail


class Forger:
    """Sends packets of VRRP's protocol number from a host."""

    def __init__(self, host):
        with host.inside():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTOCOL)
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                                   socket.inet_aton(host.address))

            self.whole = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            self.whole.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                                  socket.inet_aton(host.address))
        self.address = host.address

    def send(self, payload, ttl=255):
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        self.socket.sendto(payload, (GROUP, 0))

    def forge(self, source, payload):
        """As if it came from another host."""
        head = struct.pack("!BBHHHBBH", 0x45, 0xC0, 20 + len(payload), 0, 0, 255, PROTOCOL, 0)
        self.whole.sendto(head + socket.inet_aton(source) + socket.inet_aton(GROUP) + payload,
                          (GROUP, 0))


GOOD = advert(VRID, 254)
MALFORMED = {  # each would win the election if it were believed
    "empty": {"payload": b""},
    "one byte": {"payload": GOOD[:1]},
    "truncated head": {"payload": GOOD[:7]},
    "truncated address": {"payload": GOOD[:10]},
    "trailing bytes": {"payload": GOOD + bytes(4)},
    "bad checksum": {"payload": advert(VRID, 254, right=False)},
    "ttl 254": {"payload": GOOD, "ttl": 254},
    "version 7": {"payload": advert(VRID, 254, version=7)},
    "type 2": {"payload": advert(VRID, 254, kind=2)},
    "no address": {"payload": advert(VRID, 254, count=0)},
    "255 addresses": {"payload": advert(VRID, 254, count=255)},
    "interval 0": {"payload": advert(VRID, 254, interval_cs=0)},
    "another vrid": {"payload": advert(VRID + 1, 254)},
    "vrid 0": {"payload": advert(0, 254)},
    "a CARP packet": {"payload": bytes.fromhex("21330001000000f1") + bytes(28)},
    "text": {"payload": b"GET / HTTP/1.1\r\n\r\n"},
}
