//! Which addresses may be asked: those of the public internet, and what the operator allows. An
//! address that somebody typed in must not lead to services inside (server-side request forgery).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A network: addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: u128,
    /// Bits that must be the same, of 128.
    bits: u32,
}

/// IPv4 addresses as IPv6 writes them (RFC 4291, 2.5.5.2), so that one comparison fits both.
fn wide(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no network; write 10.1.2.0/24, or one address");
        let (ip, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(ip, bits)| (ip, Some(bits)));
        let ip: IpAddr = ip.parse().map_err(|_| wrong())?;
        let most = if ip.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse::<u32>).map_err(|_| wrong())?;
        if bits > most {
            return Err(wrong());
        }
        Ok(Self { base: wide(ip), bits: bits + 128 - most })
    }
}

impl Network {
    fn contains(self, ip: IpAddr) -> bool {
        let differs = self.base ^ wide(ip);
        self.bits == 0 || differs >> (128 - self.bits) == 0
    }
}

/// Networks inside that the operator allows to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reachable(pub Vec<Network>);

impl FromStr for Reachable {
    type Err = String;

    /// Networks with commas between them.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').filter(|part| !part.trim().is_empty());
        parts.map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Reachable {
    /// Whether the operator allows this address by name.
    pub fn own(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(ip))
    }

    /// Whether this address may be asked.
    pub fn allows(&self, ip: IpAddr) -> bool {
        public(ip) || self.own(ip)
    }
}

/// Whether an address belongs to the public internet (IANA special-purpose registries, RFC 6890).
pub fn public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let inside = a == 0
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local() // with the metadata services of clouds
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || (a == 100 && (64..128).contains(&b)) // carrier-grade NAT, RFC 6598
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19)) // benchmarks, RFC 2544
        || a >= 240;
    !inside
}

fn public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return public_v4(v4);
    }
    let parts = ip.segments();
    // 64:ff9b::/96 leads to the IPv4 address in its last bits (RFC 6052).
    if parts[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let [.., a, b, c, d] = ip.octets();
        return public_v4(Ipv4Addr::new(a, b, c, d));
    }
    let global = parts[0] & 0xe000 == 0x2000; // 2000::/3, all that is given out
    // Teredo and other protocols' own (2001::/23), documentation, 6to4.
    let special = (parts[0] == 0x2001 && (parts[1] < 0x200 || parts[1] == 0xdb8)) || parts[0] == 0x2002;
    global && !special && parts[0] != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_addresses_are_not_public_however_they_are_written() {
        let inside = [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:a9fe:a9fe",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:1::1",
            "2001:db8::1",
            "::127.0.0.1",
            "fec0::1",
        ];
        for text in inside {
            assert!(!public(text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
        {
            assert!(public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn the_operator_allows_networks_of_their_own() {
        let own: Reachable = "10.1.2.0/24, fd00::/8,127.0.0.1".parse().unwrap();
        for (text, allowed) in [
            ("10.1.2.200", true),
            ("::ffff:10.1.2.3", true),
            ("10.1.3.1", false),
            ("fd12::1", true),
            ("fc12::1", false),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("8.8.8.8", true),
        ] {
            assert_eq!(own.allows(text.parse().unwrap()), allowed, "{text}");
        }
        assert!("10.1.2.0/33".parse::<Reachable>().is_err() && "intranet".parse::<Reachable>().is_err());
        assert_eq!("".parse::<Reachable>(), Ok(Reachable::default()));
    }
}
