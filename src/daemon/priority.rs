//! Readers first: threads that take documents in step back behind those that serve.

/// How far, in the unit of nice(2). Set, not added: a thread starts as the one that starts it.
#[cfg(target_os = "linux")]
const STEP: i32 = 10;

/// Has the calling thread, and those it starts from now on, step back. Does nothing where that cannot be had for one
/// thread alone.
pub fn step_back() {
    #[cfg(target_os = "linux")]
    if rustix::process::getpriority_process(None).is_ok_and(|own| own < STEP) {
        let _ = rustix::process::setpriority_process(None, STEP);
    }
}
