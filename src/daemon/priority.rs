//! Readers first: threads that take documents in step back behind those that serve.

/// How far, in the unit of nice(2).
#[cfg(target_os = "linux")]
const STEP: i32 = 10;

/// Has the calling thread, and those it starts from now on, step back. Does nothing where that cannot be had for one
/// thread alone.
pub fn step_back() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(STEP);
}
