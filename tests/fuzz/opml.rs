#![no_main]
//! See `promises::opml`.

mod panics;
mod promises;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    panics::be_caught();
    promises::opml(bytes);
});
