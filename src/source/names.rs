//! How names become addresses: as the system says; in tests, as they say.
//! Deliberately not here: which addresses may be connected to.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Answers for a name.
type Told = dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync;

/// Where names are looked up. Cheap to clone.
#[derive(Clone, Default)]
pub enum Names {
    /// The system's resolver.
    #[default]
    System,
    /// Whatever this says.
    Told(Arc<Told>),
}

impl Names {
    /// Names that `told` resolves.
    pub fn told(told: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        Self::Told(Arc::new(told))
    }

    /// The addresses of `name`, with port 0.
    ///
    /// # Errors
    /// As the resolver says.
    pub async fn addresses(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((name, 0)).await?.collect()),
            Self::Told(told) => Ok(told(name)?.into_iter().map(|at| SocketAddr::new(at, 0)).collect()),
        }
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Told(_) => "Told",
        })
    }
}
