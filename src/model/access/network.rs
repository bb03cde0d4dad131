//! Blocks of addresses, as `aws:SourceIp` names them.

use std::net::{IpAddr, Ipv4Addr};

/// The ranges that are routed nowhere outside (RFC 1918), with their bits.
const PRIVATE: [(Ipv4Addr, u32); 3] =
    [(Ipv4Addr::new(10, 0, 0, 0), 8), (Ipv4Addr::new(172, 16, 0, 0), 12), (Ipv4Addr::new(192, 168, 0, 0), 16)];

/// A block like `192.0.2.0/24`; one address is a block, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    base: IpAddr,
    bits: u32,
}

impl Block {
    /// Reads a block.
    pub fn parse(text: &str) -> Option<Self> {
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse().ok()?)),
            None => (text, None),
        };
        let base: IpAddr = base.parse().ok()?;
        let width = width(base);
        let bits = bits.unwrap_or(width);
        (bits <= width).then_some(Self { base, bits })
    }

    /// Returns whether an address lies in the block.
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.base.is_ipv4() && self.head(address) == self.head(self.base)
    }

    /// Returns whether Amazon calls it no limit at all: broader than /8, for IPv6 than /32, and not private (Amazon S3
    /// User Guide, "The meaning of 'public'").
    pub fn is_broad(&self) -> bool {
        let least = if self.base.is_ipv4() { 8 } else { 32 };
        self.bits < least && !self.is_private()
    }

    fn is_private(&self) -> bool {
        PRIVATE
            .iter()
            .any(|(base, bits)| self.bits >= *bits && Self { base: IpAddr::V4(*base), bits: *bits }.contains(self.base))
    }

    /// Returns the bits of an address that decide.
    fn head(&self, address: IpAddr) -> u128 {
        let number = match address {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => address.into(),
        };
        number.checked_shr(width(address) - self.bits.min(width(address))).unwrap_or(0)
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>, "IP
    /// address condition operators".
    #[test]
    fn an_address_lies_in_a_block_of_its_own_kind() {
        let lies = |address: &str, block: &str| Block::parse(block).unwrap().contains(address.parse().unwrap());
        assert!(lies("203.0.113.9", "203.0.113.0/24") && !lies("203.0.114.1", "203.0.113.0/24"));
        assert!(lies("203.0.113.9", "203.0.113.9") && lies("198.51.100.1", "0.0.0.0/0"));
        assert!(lies("2001:db8::1", "2001:db8::/32") && !lies("10.0.0.1", "::/0") && !lies("::1", "0.0.0.0/0"));
    }

    #[test]
    fn what_is_no_block_is_none() {
        for wrong in ["", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "10.0.0.0/-1"] {
            assert_eq!(Block::parse(wrong), None, "{wrong}");
        }
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>, "The meaning of
    /// 'public'".
    #[test]
    fn broader_than_8_or_32_bits_is_broad_unless_private() {
        let is_broad = |block: &str| Block::parse(block).unwrap().is_broad();
        assert!(is_broad("0.0.0.0/1") && is_broad("0.0.0.0/0") && is_broad("203.0.0.0/7"));
        assert!(!is_broad("203.0.0.0/8") && !is_broad("192.168.0.0/16") && !is_broad("10.0.0.0/8"));
        assert!(is_broad("2001:db8::/31") && !is_broad("2001:db8::/32") && is_broad("::/0"));
    }
}
