"""The time line of one fault, told from what the wire, the agents and the clients saw."""
from .configuration import VIP

MERGE_MS = 250  # the wire is told about for so long after the fault, plus the outage


class Line:
    """One thing that happened. `who` is a host, "wire" or "clients"."""

    def __init__(self, at, who, text):
        self.at, self.who, self.text = at, who, text


def wire(watcher, addresses, old, fault_ms, until_ms):
    """Last words of the old owner, first ones of a new one, who answers for the VIP."""
    names = {address: name for name, address in addresses.items()}
    told = set()
    for seen in watcher.seen(fault_ms):
        if seen.at > until_ms:
            break
        if seen.kind == "advert":
            name = names.get(seen.source, seen.source)
            if name == old.name and seen.priority > 0:
                continue  # as it always did
            key = ("advert", name, seen.priority == 0)
            text = f"{name} advertises priority {seen.priority}"
        elif seen.kind == "garp":
            name = watcher.names.get(seen.source, seen.source)
            key = ("garp", name)
            text = f"{name} announces {VIP} (gratuitous ARP)"
        else:
            continue
        if key not in told:
            told.add(key)
            yield Line(seen.at, "wire", text)
    for span in watcher.spans(fault_ms - 50):
        if span.end < fault_ms + MERGE_MS and span.begin < fault_ms:
            yield Line(max(span.end, fault_ms), "wire",
                       f"{span.owner} answers for {VIP} for the last time")
        elif span.begin > fault_ms and ("owner", span.owner) not in told:
            told.add(("owner", span.owner))
            yield Line(span.begin, "wire", f"{span.owner} answers for {VIP}")


def agents(pair, fault_ms, until_ms):
    """Events of the agents that are alive."""
    for host in pair.hosts:
        if pair[host].agent_runs:
            for at, _, text in pair[host].events():
                if fault_ms - 1 <= at <= until_ms:
                    yield Line(max(at, fault_ms), host.name, text)


def clients(outage, interruptions, count, fault_ms):
    if outage.served_again:
        failures = ", ".join(f"{number} {kind}" for kind, number in outage.results.items())
        yield Line(outage.served_again, "clients",
                   f"new connections are served again (until then: {failures})")
    else:
        yield Line(fault_ms, "clients", "new connections: not one failed or was slow")
    back = [ms for ms, _ in interruptions.values()]
    if not back:
        yield Line(fault_ms, "clients", f"{count} of {count} kept their connection")
        return
    reasons = {}
    for _, reason in interruptions.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    text = ", ".join(f"{number} by {reason}" for reason, number in reasons.items())
    if None not in back:
        yield Line(fault_ms + max(back), "clients",
                   f"the last of {len(back)} that lost their WebSocket is back ({text})")


def tell(lines, fault_ms):
    """Sorted, relative to the fault, ready to print."""
    for line in sorted(lines, key=lambda line: line.at):
        yield f"  t+{line.at - fault_ms:6.0f} ms  {line.who:<8}{line.text}"
