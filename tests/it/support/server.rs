//! A feed server on loopback that answers as a test tells it, and remembers what it was asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request as it came: its first line and headers.
pub type Request = String;
type Respond = dyn Fn(&str, &Request) -> Vec<u8> + Send + Sync;

/// The server; it ends with the test process.
#[derive(Clone)]
pub struct Server {
    pub address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// `respond` makes the raw answer to a path and request.
    pub fn start(respond: impl Fn(&str, &Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let address = listener.local_addr().expect("an address").to_string();
        let server = Self { address, requests: Arc::default() };
        let (requests, respond): (_, Arc<Respond>) = (server.requests.clone(), Arc::new(respond));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (requests, respond) = (requests.clone(), respond.clone());
                std::thread::spawn(move || answer(&stream, &requests, &*respond));
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far for a path.
    pub fn requests(&self, path: &str) -> Vec<Request> {
        let all = self.requests.lock().expect("no test panicked in the server");
        all.iter().filter(|request| request.starts_with(&format!("GET {path} "))).cloned().collect()
    }
}

fn answer(stream: &TcpStream, requests: &Mutex<Vec<Request>>, respond: &Respond) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let mut request = String::new();
    for line in lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        request.push_str(&line);
        request.push('\n');
    }
    let path = request.split(' ').nth(1)?.to_owned();
    requests.lock().ok()?.push(request.clone());
    let mut stream = stream;
    stream.write_all(&respond(&path, &request)).ok()
}

/// A 200 with a body and headers.
pub fn ok(headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}")
        .into_bytes()
}

/// An answer without a body.
pub fn status(line: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// An RSS feed with these items: guid, title, link.
pub fn rss(items: &[(&str, &str, &str)]) -> String {
    let item = |(id, title, link): &(&str, &str, &str)| {
        format!(
            "<item><guid isPermaLink='false'>{id}</guid><title>{title}</title><link>{link}</link><description>{title} – mehr davon.</description></item>"
        )
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>Testblatt</title><link>https://blatt.example/</link>{items}</channel></rss>"
    )
}
