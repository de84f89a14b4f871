//! How many files and connections the system lets this process open.

/// Files that riverd needs besides connections of readers and requests to publishers.
const OWN: usize = 64;

/// Raises what the system allows as far as it goes, and says how many connections of readers may be open: `wanted`, or
/// fewer where the system allows fewer. `requests`: how many requests to publishers there may be at once.
pub fn allowed(wanted: usize, requests: usize) -> usize {
    let Some(files) = raise() else { return wanted };
    let left = files.saturating_sub(OWN + requests).max(1);
    if left < wanted {
        tracing::warn!(
            files,
            connections = left,
            "the system allows fewer open files than serve.max_connections needs; raise its limit (ulimit -n, LimitNOFILE)"
        );
    }
    wanted.min(left)
}

/// The number of files that may be open; `None`: no limit is known.
#[cfg(unix)]
fn raise() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let now = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    now.and_then(|files| usize::try_from(files).ok())
}

#[cfg(not(unix))]
fn raise() -> Option<usize> {
    None
}
