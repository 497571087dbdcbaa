"""Ethernet frames of the lab: reads IP packets out of them, makes the questions "who has?"."""
import socket
import struct

ETH_P_IP, ETH_P_ARP, ETH_P_IP6 = 0x0800, 0x0806, 0x86DD
PROTOCOL_ICMP6 = 58
NEIGHBOUR_SOLICITATION = 135


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Frame:
    """The IP packet in a frame; `protocol` is None where there is none. Extension headers are not
    looked into."""

    def __init__(self, data):
        self.protocol, self.source, self.target, self.payload = None, "", "", b""
        kind = struct.unpack_from("!H", data, 12)[0]
        if kind == ETH_P_IP and len(data) >= 34:
            end = 14 + struct.unpack_from("!H", data, 16)[0]  # what follows is padding
            self.protocol = data[23]
            self.source, self.target = socket.inet_ntoa(data[26:30]), socket.inet_ntoa(data[30:34])
            self.payload = data[14 + (data[14] & 15) * 4:end]
        elif kind == ETH_P_IP6 and len(data) >= 54:
            self.protocol = data[20]
            self.source = socket.inet_ntop(socket.AF_INET6, data[22:38])
            self.target = socket.inet_ntop(socket.AF_INET6, data[38:54])
            self.payload = data[54:54 + struct.unpack_from("!H", data, 18)[0]]


def arp_question(mac, own_address, vip):
    """(the VIP's bytes, the frame)"""
    wanted = socket.inet_aton(vip)
    head = b"\xff" * 6 + mac + struct.pack("!HHHBBH", ETH_P_ARP, 1, ETH_P_IP, 6, 4, 1)
    return wanted, head + mac + socket.inet_aton(own_address) + bytes(6) + wanted


def neighbour_question(mac, own_address, vip):
    """(the VIP's bytes, the frame)"""
    source = socket.inet_pton(socket.AF_INET6, own_address)
    wanted = socket.inet_pton(socket.AF_INET6, vip)
    target = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:13] + wanted[13:]
    message = struct.pack("!BBHI", NEIGHBOUR_SOLICITATION, 0, 0, 0) + wanted + b"\x01\x01" + mac
    pseudo = source + target + struct.pack("!II", len(message), PROTOCOL_ICMP6)
    sum_ = struct.pack("!H", checksum(pseudo + message))
    message = message[:2] + sum_ + message[4:]
    head = b"\x33\x33" + target[12:] + mac + struct.pack("!H", ETH_P_IP6)
    ip = struct.pack("!IHBB", 0x60000000, len(message), PROTOCOL_ICMP6, 255) + source + target
    return wanted, head + ip + message
