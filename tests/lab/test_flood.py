"""Floods of VRRP packets, 50,000 in a second: our own adverts stay in time."""
import argparse
import ctypes
import socket
import struct
import time

import pytest

from .adverts import GROUP, PROTOCOL, advert
from .configuration import VRID
from .namespace import inside
from .program import spawn_module

pytestmark = pytest.mark.alone

RATE = 50_000
RATE_MIN = 10_000  # on a busy machine, or with sanitizers
ADVERT_MS = 100
SECONDS = 5
FLOODS = {"foreign": advert(VRID + 1, 254),
          "bad checksum": advert(VRID, 254, right=False)}
ETH_P_ALL, SO_ATTACH_FILTER, SO_TIMESTAMPNS = 3, 26, 35


class AdvertTimes:
    """When adverts of one host pass where its cable meets the bridge. The kernel filters and takes
    the times, so that no flood disturbs them."""

    def __init__(self, host):
        address = int.from_bytes(socket.inet_aton(host.address), "big")
        program = [(0x30, 0, 0, 23), (0x15, 0, 3, PROTOCOL),  # of the IP header behind Ethernet's
                   (0x20, 0, 0, 26), (0x15, 0, 1, address), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)]
        code = b"".join(struct.pack("HBBI", *step) for step in program)
        self._keep = ctypes.create_string_buffer(code)
        with inside(host.network.bridge):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                               struct.pack("HL", len(program), ctypes.addressof(self._keep)))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.bind((host.cable, ETH_P_ALL))
        self.socket.setblocking(False)

    def take(self):
        """In ms, all since the last call."""
        times = []
        while True:
            try:
                ancillary = self.socket.recvmsg(256, 256)[1]
            except BlockingIOError:
                return times
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
            times.append(seconds * 1e3 + nanoseconds / 1e6)


@pytest.mark.parametrize("kind", ["foreign", pytest.param("bad checksum", marks=pytest.mark.long)])
def test_our_adverts_stay_in_time(make_bed, kind):
    bed = make_bed(probe=False, advert_ms=ADVERT_MS)
    active = bed.pair.wait_settled()
    bed.dismiss_witnesses()
    for bystander in (bed.client, bed.observer, *(app.host for app in bed.apps)):
        bystander.cut()  # so that the bridge's work goes to those whom it is about
    attacker = bed.network.add_host("attacker", "10.77.0.66")
    before = bed.pair[active].status()["vrrp"][0]
    times = AdvertTimes(active)
    process = spawn_module(attacker, "test_flood", attacker.address, FLOODS[kind].hex(), SECONDS)
    process.wait(timeout_s=SECONDS + 30)
    adverts = times.take()
    sent, seconds = map(float, process.text().split()[-2:])
    late = max(after - one for one, after in zip(adverts, adverts[1:])) - ADVERT_MS
    print(f"{kind}: {sent / seconds:.0f}/s for {seconds:.1f} s, {len(adverts)} adverts, "
          f"the latest {late:.1f} ms late")
    assert sent / seconds > RATE_MIN, "too weak a flood to say anything"
    assert len(adverts) > 0.9 * seconds * 1000 / ADVERT_MS
    assert late < ADVERT_MS / 2
    after = bed.pair[active].status()["vrrp"][0]
    assert (after["state"], after["since"]) == ("active", before["since"])
    assert bed.pair[bed.pair.other(active)].vrrp() == "backup"


class IoVector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Message(ctypes.Structure):
    """struct mmsghdr; the socket is connected, so that it needs no address."""
    _fields_ = [("name", ctypes.c_void_p), ("name_length", ctypes.c_uint),
                ("vectors", ctypes.POINTER(IoVector)), ("vector_count", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
                ("flags", ctypes.c_int), ("sent", ctypes.c_uint)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("packet", type=bytes.fromhex)
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTOCOL)
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(options.address))
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    out.connect((GROUP, 0))
    packet = ctypes.create_string_buffer(options.packet, len(options.packet))
    vector = IoVector(ctypes.addressof(packet), len(options.packet))
    burst = (Message * (RATE // 1000))()
    for message in burst:
        message.vectors, message.vector_count = ctypes.pointer(vector), 1
    sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg
    begin, sent = time.monotonic(), 0
    while (elapsed := time.monotonic() - begin) < options.seconds:
        if sent < elapsed * RATE:
            sent += max(0, sendmmsg(out.fileno(), burst, len(burst), 0))
        else:
            time.sleep(0.0005)
    print(sent, time.monotonic() - begin)


if __name__ == "__main__":
    main()
