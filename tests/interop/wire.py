"""What a pair speaks: version, family, transport; and whether an advert is to the letter."""
import socket
import struct
from typing import NamedTuple

from tests.lab.configuration import VIP, VIP6, VRID
from tests.lab.frame import checksum

GROUPS = {4: "224.0.0.18", 6: "ff02::12"}
PROTOCOL_VRRP = 112


class Wire(NamedTuple):
    version: int
    family: int
    transport: str

    def __str__(self):
        return f"v{self.version}-ipv{self.family}-{self.transport}"

    @property
    def advert_ms(self):
        return 1000 if self.version == 2 else 100  # version 2 knows whole seconds only

    @property
    def vip(self):
        return VIP if self.family == 4 else VIP6

    @property
    def vip_with_prefix(self):
        return f"{VIP}/24" if self.family == 4 else f"{VIP6}/64"

    def skew_ms(self, priority):
        """Version 2's is a part of a second, whatever the interval."""
        return (256 - priority) / 256 * (1000 if self.version == 2 else self.advert_ms)

    def down_ms(self, priority):
        """Master_Down_Interval, Active_Down_Interval."""
        return 3 * self.advert_ms + self.skew_ms(priority)

    def address(self, host):
        return host.address if self.family == 4 else host.address6

    def source(self, host):
        """Where the host's adverts come from."""
        link_local = self.family == 6 and self.transport == "multicast"
        return host.link_local() if link_local else self.address(host)

    def node_addresses(self, host):
        """Of a `node` line."""
        return [host.address, host.address6] if self.family == 6 else [host.address]

    def check(self, advert, peer):
        """Asserts that the observed advert is exactly what the RFC wants, apart from TTL."""
        message = bytes.fromhex(advert.message)
        group = self.transport == "multicast"
        assert advert.target == (GROUPS[self.family] if group else self.address(peer)), advert
        interval = (self.advert_ms // 1000 if self.version == 2 else self.advert_ms // 10)
        assert message[:2] == bytes([self.version << 4 | 1, VRID]), advert
        assert message[3:6] == struct.pack("!BH", 1, interval), advert
        packed = socket.inet_pton(socket.AF_INET6 if self.family == 6 else socket.AF_INET, self.vip)
        assert message[8:] == packed + (bytes(8) if self.version == 2 else b""), advert
        assert checksum(self._pseudo_header(advert, len(message)) + message) == 0, advert

    def _pseudo_header(self, advert, length):
        """Version 3 over IPv4 has Keepalived's and FRR's form: RFC 5798's."""
        if self.version == 2:
            return b""
        kind = socket.AF_INET6 if self.family == 6 else socket.AF_INET
        addresses = socket.inet_pton(kind, advert.source) + socket.inet_pton(kind, advert.target)
        tail = struct.pack("!II", length, PROTOCOL_VRRP) if self.family == 6 else struct.pack(
            "!BBH", 0, PROTOCOL_VRRP, length)
        return addresses + tail
