//! Which panics end the fuzzer.

/// feed-rs falls over some documents, and is caught (`parse::adapt`): only what is not caught ends the fuzzer.
pub fn be_caught() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let tell = |panic: &std::panic::PanicHookInfo<'_>| {
            if !panic.location().is_some_and(|at| at.file().contains("/feed-rs-")) {
                eprintln!("{panic}\n{}", std::backtrace::Backtrace::force_capture());
            }
        };
        std::panic::set_hook(Box::new(tell));
    });
}
