//! Plays the service manager: listens on the socket that `NOTIFY_SOCKET` names.

use std::cell::RefCell;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use crate::support::wait::until;

/// The manager; hears what it is told when it is asked.
pub struct Manager {
    socket: UnixDatagram,
    pub path: String,
    heard: RefCell<Vec<String>>,
}

impl Manager {
    pub fn listen(home: &Path) -> Self {
        let path = home.join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_millis(1))).expect("a timeout");
        Self { socket, path: path.to_str().expect("a path").to_owned(), heard: RefCell::default() }
    }

    /// Every message so far.
    pub fn heard(&self) -> Vec<String> {
        let mut buffer = [0; 4_096];
        while let Ok(size) = self.socket.recv(&mut buffer) {
            self.heard.borrow_mut().push(String::from_utf8_lossy(&buffer[..size]).into_owned());
        }
        self.heard.borrow().clone()
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
