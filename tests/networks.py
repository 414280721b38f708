from ipaddress import IPv4Network, IPv6Network, ip_network


def networks(*texts: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)
