//! Nodes in the order in which they lie in the city.

use super::{Edge, Network, Spot};

impl Network {
    /// The same network with its nodes numbered along a Z-order curve (Morton 1966): neighbours in the
    /// city are neighbours in memory, so that a search, which spreads over the city, finds what it
    /// touches next in the processor's caches.
    pub fn arranged(self) -> Self {
        let count = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let Some(first) = self.spots().first().copied() else { return self };
        let lower = |low: Spot, spot: &Spot| Spot { lon: low.lon.min(spot.lon), lat: low.lat.min(spot.lat) };
        let low = self.spots().iter().fold(first, lower);
        let mut order: Vec<(u64, u32)> = (0..count).map(|node| (self.spot(node).along_curve(low), node)).collect();
        order.sort_unstable();
        let mut place = vec![0u32; order.len()];
        for (new, (_, old)) in (0..).zip(&order) {
            place[*old as usize] = new;
        }
        let spots = order.iter().map(|(_, old)| self.spot(*old)).collect();
        drop(order);
        let mut edges = Vec::with_capacity(self.edge_count());
        edges.extend(self.edges().map(|edge| Edge { a: place[edge.a as usize], b: place[edge.b as usize], ..edge }));
        drop((self, place));
        Self::new(spots, edges)
    }
}

impl Spot {
    /// Where a spot lies along the Z-order curve that begins at `low`.
    pub(crate) fn along_curve(self, low: Self) -> u64 {
        spread(self.lon.abs_diff(low.lon)) | spread(self.lat.abs_diff(low.lat)) << 1
    }
}

/// The bits of a number with an empty bit between each two.
fn spread(number: u32) -> u64 {
    let steps = [
        (16, 0x0000_FFFF_0000_FFFF),
        (8, 0x00FF_00FF_00FF_00FF),
        (4, 0x0F0F_0F0F_0F0F_0F0F),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ];
    steps.iter().fold(u64::from(number), |bits, (by, mask)| (bits | bits << by) & mask)
}
