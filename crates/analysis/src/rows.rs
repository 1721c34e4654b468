//! Rows one behind the other in a single list.

/// Where each of `count` rows begins when every key names the row of one item; one more than rows, so
/// that the last number is how many items there are.
pub(crate) fn starts(count: usize, keys: impl IntoIterator<Item = usize>) -> Vec<u32> {
    let mut starts = vec![0u32; count + 1];
    for key in keys {
        starts[key + 1] += 1;
    }
    for at in 0..count {
        starts[at + 1] += starts[at];
    }
    starts
}
