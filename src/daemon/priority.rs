//! Readers first: threads that take documents in step back behind those that serve.

/// How far, in the unit of nice(2), from where riverd itself stands.
#[cfg(target_os = "linux")]
const STEP: i32 = 10;

/// Has the calling thread, and those it starts from now on, step back. Once is enough: a thread that steps back again, or
/// begins stepped back, stays where it is. Does nothing where that cannot be had for one thread alone.
pub fn step_back() {
    #[cfg(target_os = "linux")]
    {
        static RIVERD: std::sync::OnceLock<i32> = std::sync::OnceLock::new();
        // Linux counts this for the thread alone.
        let Ok(own) = rustix::process::getpriority_process(None) else { return };
        let behind = *RIVERD.get_or_init(|| own) + STEP;
        if own < behind {
            let _ = rustix::process::setpriority_process(None, behind);
        }
    }
}
