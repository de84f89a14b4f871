//! Plays the service manager: listens on the socket that `NOTIFY_SOCKET` names.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::support::wait::until;

/// The manager. It always listens: who tells one that does not is held up once ten messages wait.
pub struct Manager {
    pub path: String,
    heard: Arc<Mutex<Vec<String>>>,
    words: AtomicUsize,
}

impl Manager {
    pub fn listen(home: &Path) -> Self {
        let path = home.join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let ear = heard.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(size) = socket.recv(&mut buffer) {
                ear.lock().expect("no panic").push(String::from_utf8_lossy(&buffer[..size]).into_owned());
            }
        });
        Self { path: path.to_str().expect("a path").to_owned(), heard, words: AtomicUsize::new(0) }
    }

    /// Every message so far.
    pub fn heard(&self) -> Vec<String> {
        // What was told before this word has been heard once this word has.
        let word = format!("WORD={}", self.words.fetch_add(1, Ordering::SeqCst));
        let mouth = UnixDatagram::unbound().expect("a socket");
        mouth.send_to(word.as_bytes(), &self.path).expect("it listens");
        until("the manager to hear", || {
            let heard = self.heard.lock().expect("no panic");
            heard
                .contains(&word)
                .then(|| heard.iter().filter(|said| !said.starts_with("WORD=")).cloned().collect())
        })
    }

    /// How many messages held a line so far.
    pub fn count(&self, line: &str) -> usize {
        self.heard().iter().filter(|message| message.lines().any(|other| other == line)).count()
    }

    /// Waits until a message holds `text`, after the first `skip` ones; returns how many there were up to it.
    #[track_caller]
    pub fn until(&self, text: &str, skip: usize) -> usize {
        until(text, || {
            let at = self.heard().iter().skip(skip).position(|message| message.contains(text));
            at.map(|at| skip + at + 1)
        })
    }
}
