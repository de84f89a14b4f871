//! A WebSub hub on loopback: remembers what it is asked, and speaks to callbacks when a test tells it to.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::support::http::{Answer, request};

/// A form that was posted.
pub type Form = Vec<(String, String)>;

/// The hub; it ends with the test process.
#[derive(Clone)]
pub struct Hub {
    pub url: String,
    forms: Arc<Mutex<Vec<Form>>>,
    /// Statuses still to be answered before all is well.
    faults: Arc<Mutex<Vec<u16>>>,
}

/// The first value of a field.
pub fn field<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

impl Hub {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let url = format!("http://{}/hub", listener.local_addr().expect("an address"));
        let hub = Self { url, forms: Arc::default(), faults: Arc::default() };
        let here = hub.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                here.take(&stream);
            }
        });
        hub
    }

    /// Answers so once, then again as it should.
    pub fn fail_once(&self, status: u16) {
        self.faults.lock().expect("no panic").push(status);
    }

    fn take(&self, mut stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let (mut line, mut headers) = (String::new(), HashMap::new());
        while reader.read_line(&mut line).ok()? > 2 {
            if let Some((name, value)) = line.trim().split_once(": ") {
                headers.insert(name.to_ascii_lowercase(), value.to_owned());
            }
            line.clear();
        }
        let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        let form = url::form_urlencoded::parse(&body).into_owned().collect();
        let status = self.faults.lock().ok()?.pop().unwrap_or(202);
        if status == 202 {
            self.forms.lock().ok()?.push(form);
        }
        write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok()
    }

    /// The forms so far with this mode.
    pub fn asked(&self, mode: &str) -> Vec<Form> {
        let forms = self.forms.lock().expect("no panic");
        forms.iter().filter(|form| field(form, "hub.mode") == mode).cloned().collect()
    }
}

/// The path of a request's callback.
pub fn callback(form: &Form) -> String {
    let url = field(form, "hub.callback");
    url.strip_prefix("https://river.example").expect("the public address").to_owned()
}

/// Asks at a callback whether it was meant.
pub fn verify(address: &str, form: &Form, mode: &str, topic: &str, lease_seconds: u32) -> Answer {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", mode)
        .append_pair("hub.topic", topic)
        .append_pair("hub.challenge", "a challenge & more")
        .append_pair("hub.lease_seconds", &lease_seconds.to_string())
        .finish();
    request(address, "GET", &format!("{}?{query}", callback(form)), &[]).expect("an answer")
}

/// Pushes `body`, signed with `secret` where there is one.
pub fn push(address: &str, path: &str, secret: Option<&str>, body: &str) -> u16 {
    let signature = secret.map(|secret| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let tag = ring::hmac::sign(&key, body.as_bytes());
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("X-Hub-Signature: sha256={hex}\r\n")
    });
    let signature = signature.unwrap_or_default();
    let mut stream = TcpStream::connect(address).expect("a connection");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/rss+xml\r\n{signature}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).expect("sent");
    let mut told = String::new();
    drop(stream.read_to_string(&mut told));
    told.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
