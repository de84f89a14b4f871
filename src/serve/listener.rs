//! Where connections come in: sockets that the service manager handed over, else the address or path of `serve.listen`.
//! Promises: a socket file is replaced only if nobody listens on it, and removed at the end only if it is still ours.

use std::io;
#[cfg(unix)]
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::net::{TcpListener, TcpSocket};

use crate::config::options::serve::{Listen, ServeOptions};
use crate::serve::error::ServeError;
use crate::serve::stream::Stream;

/// Connections that may wait to be accepted; the system may allow fewer.
const BACKLOG: u32 = 4_096;

/// One socket.
#[derive(Debug)]
pub enum Listener {
    /// Over TCP.
    Tcp(TcpListener),
    /// A Unix socket; with its file, if we made it.
    #[cfg(unix)]
    Unix(UnixListener, Option<SocketFile>),
}

/// A socket's file; removed when this is dropped.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    identity: (u64, u64),
}

#[cfg(unix)]
impl Drop for SocketFile {
    fn drop(&mut self) {
        // Whoever put another one in its place keeps it.
        if identity(&self.path).ok() == Some(self.identity) {
            drop(std::fs::remove_file(&self.path));
        }
    }
}

/// Begins to listen: on all sockets that were handed over, else on one of our own.
///
/// # Errors
/// As [`ServeError`] lists.
pub fn listen(options: &ServeOptions) -> Result<Vec<Listener>, ServeError> {
    let inherited = inherited()?;
    if !inherited.is_empty() {
        return Ok(inherited);
    }
    let failed = |cause| ServeError::Address { listen: options.listen.clone(), cause };
    match Listen::of(&options.listen) {
        Some(Listen::Address(address)) => {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
            let socket = socket.map_err(failed)?;
            #[cfg(unix)]
            socket.set_reuseaddr(true).map_err(failed)?;
            socket.bind(address).map_err(failed)?;
            Ok(vec![Listener::Tcp(socket.listen(BACKLOG).map_err(failed)?)])
        }
        #[cfg(unix)]
        Some(Listen::Unix(path)) => {
            clear(&path)?;
            let bound = UnixListener::bind(&path).and_then(|listener| {
                let file = SocketFile { identity: identity(&path)?, path: path.clone() };
                std::fs::set_permissions(&path, PermissionsExt::from_mode(options.mode()))?;
                Ok(Listener::Unix(listener, Some(file)))
            });
            Ok(vec![bound.map_err(failed)?])
        }
        _ => Err(failed(io::ErrorKind::InvalidInput.into())),
    }
}

/// Makes room for a socket at `path`.
#[cfg(unix)]
fn clear(path: &Path) -> Result<(), ServeError> {
    let Ok(found) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() {
        return Err(ServeError::NoSocket(path.to_owned()));
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            tracing::info!(path = %path.display(), "a socket that nobody listens on was left there; it is replaced");
            drop(std::fs::remove_file(path));
            Ok(())
        }
        _ => Err(ServeError::Taken(path.to_owned())),
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

/// The sockets that the service manager handed over (`LISTEN_PID`, `LISTEN_FDS`), whatever their names.
fn inherited() -> Result<Vec<Listener>, ServeError> {
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let mut sockets = ListenFd::from_env();
    let mut listeners = Vec::new();
    for number in 0..sockets.len() {
        let failed = |cause| ServeError::Inherited { number, cause };
        let name = names.split(':').nth(number).unwrap_or_default();
        listeners.push(taken(&mut sockets, number).map_err(failed)?);
        tracing::info!(number, name, "listening on a socket of the service manager");
    }
    Ok(listeners)
}

fn taken(sockets: &mut ListenFd, number: usize) -> io::Result<Listener> {
    let gone = || io::Error::from(io::ErrorKind::NotFound);
    #[cfg(unix)]
    if let Ok(Some(socket)) = sockets.take_unix_listener(number) {
        socket.set_nonblocking(true)?;
        return Ok(Listener::Unix(UnixListener::from_std(socket)?, None));
    }
    let socket = sockets.take_tcp_listener(number)?.ok_or_else(gone)?;
    socket.set_nonblocking(true)?;
    Ok(Listener::Tcp(TcpListener::from_std(socket)?))
}

impl Listener {
    /// The next connection.
    ///
    /// # Errors
    /// What the system says.
    pub async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Small answers go out at once; a socket that refuses this still works.
                drop(stream.set_nodelay(true));
                Ok(Stream::Tcp(stream))
            }
            #[cfg(unix)]
            Self::Unix(listener, _) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }

    /// The same, watched by the runtime that this is called on.
    ///
    /// # Errors
    /// What the system says.
    pub fn moved_here(self) -> io::Result<Self> {
        match self {
            Self::Tcp(listener) => Ok(Self::Tcp(TcpListener::from_std(listener.into_std()?)?)),
            #[cfg(unix)]
            Self::Unix(listener, file) => Ok(Self::Unix(UnixListener::from_std(listener.into_std()?)?, file)),
        }
    }

    /// The address by which readers on this machine reach it; for a Unix socket `unix:` and its path.
    pub fn address(&self) -> String {
        match self {
            Self::Tcp(listener) => {
                listener.local_addr().map_or_else(|_| String::new(), |address| format!("http://{address}"))
            }
            #[cfg(unix)]
            Self::Unix(listener, _) => {
                let address = listener.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                format!("unix:{}", path.map(|path| path.display().to_string()).unwrap_or_default())
            }
        }
    }
}
