"""Filters in the kernel for packet sockets (classic BPF), so that a flood does not drown a witness.
Offsets are from the Ethernet header; packets on their way out never pass."""
import ctypes
import socket
import struct

SO_ATTACH_FILTER = 26
LOAD_BYTE, LOAD_HALF, LOAD_BYTE_AT_X = 0x30, 0x28, 0x50
LOAD_X_IP_HEADER, IF_EQUAL, RETURN = 0xB1, 0x15, 0x06
PACKET_TYPE = 0xFFFFF000 + 4
PASS, DROP = (RETURN, 0, 0, 0x40000), (RETURN, 0, 0, 0)
NOT_OUTGOING = [(LOAD_BYTE, 0, 0, PACKET_TYPE), (IF_EQUAL, 0, 1, socket.PACKET_OUTGOING), DROP]


def attach(packets, program):
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code)
    packets.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                       struct.pack("HL", len(program), ctypes.addressof(buffer)))


# ARP and ICMPv6.
NEIGHBOURS = [*NOT_OUTGOING,
              (LOAD_HALF, 0, 0, 12), (IF_EQUAL, 3, 0, 0x0806), (IF_EQUAL, 0, 3, 0x86DD),
              (LOAD_BYTE, 0, 0, 20), (IF_EQUAL, 0, 1, 58), PASS, DROP]


def adverts(vrid):
    """VRRP of that virtual router, IPv4 and IPv6."""
    return [*NOT_OUTGOING,
            (LOAD_HALF, 0, 0, 12), (IF_EQUAL, 0, 5, 0x0800),
            (LOAD_BYTE, 0, 0, 23), (IF_EQUAL, 0, 9, 112),
            (LOAD_X_IP_HEADER, 0, 0, 14), (LOAD_BYTE_AT_X, 0, 0, 15), (IF_EQUAL, 5, 6, vrid),
            (IF_EQUAL, 0, 5, 0x86DD), (LOAD_BYTE, 0, 0, 20), (IF_EQUAL, 0, 3, 112),
            (LOAD_BYTE, 0, 0, 55), (IF_EQUAL, 0, 1, vrid), PASS, DROP]
