//! Conditional requests, ranges and encodings on every route, against a table of our own (RFC 9110 sections 12.5.3, 13.2.2
//! and 14): any two conditions together, and a spread of all of them, each with GET and HEAD.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::support::http::{Answer, request};
use crate::support::program::Program;

const SECRET: &str = "correct-horse-battery";

/// Each row: what the header says, and what that comes to. `SELF` is the tag of the encoding that is chosen, `OTHER` that of
/// another one of the same edition, `WRONG` that of none; `DATE` is Last-Modified, and two dates stand around it.
struct Axis<Meaning: 'static> {
    header: &'static str,
    rows: &'static [(&'static str, Meaning)],
}

/// Which of [`ENCODINGS`]; `None`: there is none that is wanted.
const ENCODINGS: [&str; 4] = ["identity", "gzip", "br", "zstd"];
const ACCEPT: Axis<Option<usize>> = Axis {
    header: "Accept-Encoding",
    rows: &[
        ("", Some(0)),
        ("identity", Some(0)),
        ("gzip", Some(1)),
        ("br", Some(2)),
        ("zstd", Some(3)),
        ("gzip, deflate, br, zstd", Some(2)),
        ("gzip;q=0.5, identity;q=0.1", Some(1)),
        ("br;q=0, gzip;q=0, *;q=0.3", Some(3)),
        ("deflate", Some(0)),
        ("identity;q=0, *;q=0", None),
    ],
};
/// Whether the request goes on.
const IF_MATCH: Axis<bool> = Axis {
    header: "If-Match",
    rows: &[
        ("", true),
        ("*", true),
        ("SELF", true),
        ("OTHER", true),
        ("WRONG, SELF", true),
        ("W/SELF", false),
        ("WRONG", false),
        ("W/SELF, WRONG", false),
    ],
};
const IF_UNMODIFIED_SINCE: Axis<bool> = Axis {
    header: "If-Unmodified-Since",
    rows: &[("", true), ("DATE", true), ("AFTER", true), ("soon", true), ("BEFORE", false)],
};
/// What the reader has.
#[derive(Clone, Copy, PartialEq)]
enum Has {
    Unsaid,
    Nothing,
    This,
    Another,
}
const IF_NONE_MATCH: Axis<Has> = Axis {
    header: "If-None-Match",
    rows: &[
        ("", Has::Unsaid),
        ("*", Has::This),
        ("SELF", Has::This),
        ("W/SELF", Has::This),
        ("WRONG, W/SELF", Has::This),
        ("OTHER", Has::Another),
        ("WRONG", Has::Nothing),
        ("W/WRONG,WRONG", Has::Nothing),
    ],
};
const IF_MODIFIED_SINCE: Axis<Has> = Axis {
    header: "If-Modified-Since",
    rows: &[
        ("", Has::Unsaid),
        ("DATE", Has::This),
        ("AFTER", Has::This),
        ("BEFORE", Has::Nothing),
        ("soon", Has::Nothing),
    ],
};
/// Which bytes, for a body of so many.
enum Part {
    All,
    Nowhere,
    Of(fn(usize) -> (usize, usize)),
}
const RANGE: Axis<Part> = Axis {
    header: "Range",
    rows: &[
        ("", Part::All),
        ("bytes=0-9", Part::Of(|_| (0, 9))),
        ("bytes=5-", Part::Of(|length| (5, length - 1))),
        ("bytes=-7", Part::Of(|length| (length - 7, length - 1))),
        ("bytes=0-0", Part::Of(|_| (0, 0))),
        ("bytes=3-99999999", Part::Of(|length| (3, length - 1))),
        ("bytes=-99999999", Part::Of(|length| (0, length - 1))),
        ("bytes=99999999-", Part::Nowhere),
        ("bytes=-0", Part::Nowhere),
        ("bytes=99999999-, -0", Part::Nowhere),
        // Several at once may be answered as if none were asked for; so may what is no range.
        ("bytes=0-1,4-5", Part::All),
        ("bytes=5-2", Part::All),
        ("bytes=x", Part::All),
        ("lines=0-1", Part::All),
    ],
};
/// Whether the range is heeded.
const IF_RANGE: Axis<bool> = Axis {
    header: "If-Range",
    rows: &[
        ("", true),
        ("SELF", true),
        ("DATE", true),
        ("W/SELF", false),
        ("OTHER", false),
        ("WRONG", false),
        ("BEFORE", false),
        ("AFTER", false),
    ],
};

/// A row of each axis, in the order above.
type Case = [usize; 7];
const ROWS: Case = [
    ACCEPT.rows.len(),
    IF_MATCH.rows.len(),
    IF_UNMODIFIED_SINCE.rows.len(),
    IF_NONE_MATCH.rows.len(),
    IF_MODIFIED_SINCE.rows.len(),
    RANGE.rows.len(),
    IF_RANGE.rows.len(),
];
/// Cases beyond those of two conditions.
const SPREAD: usize = 800;

/// No condition, each one, any two, and a spread of all; the encodings in turns.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for one in 1..ROWS.len() {
        for other in one..ROWS.len() {
            for (row, second) in
                (0..ROWS[one]).flat_map(|row| (0..ROWS[other]).map(move |second| (row, second)))
            {
                let mut case = [cases.len() % ROWS[0], 0, 0, 0, 0, 0, 0];
                (case[one], case[other]) = (row, second);
                cases.push(case);
            }
        }
    }
    // A stride that shares no factor with the number of all cases meets each axis' rows alike.
    let all: usize = ROWS.iter().product();
    cases.extend((0..SPREAD).map(|at| {
        let mut rest = at * 1_618_033 % all;
        ROWS.map(|rows| {
            let row = rest % rows;
            rest /= rows;
            row
        })
    }));
    cases
}

/// What a route has: its bodies with their tags, in the order of [`ENCODINGS`], and its date.
struct Route {
    path: String,
    bodies: Vec<(String, Vec<u8>)>,
    dates: [String; 3],
}

/// What is to be answered.
#[derive(Debug, PartialEq)]
enum Expected<'a> {
    Whole(usize, &'a str, &'a [u8]),
    Part(&'a str, &'a [u8], String),
    Known(&'a str),
    Refused(u16, Option<String>),
}

impl Route {
    fn of(address: &str, path: &str) -> Self {
        let bodies = ENCODINGS.map(|encoding| {
            let answer = request(address, "GET", path, &[("Accept-Encoding", encoding)]).expect("an answer");
            assert_eq!(
                (answer.status, answer.header("content-encoding").unwrap_or("identity")),
                (200, encoding),
                "{path}"
            );
            (answer.header("etag").expect("a tag").to_owned(), answer.body)
        });
        let whole = request(address, "GET", path, &[]).expect("an answer");
        let date = httpdate::parse_http_date(whole.header("last-modified").expect("a date")).expect("a date");
        let second = std::time::Duration::from_secs(1);
        let dates = [date - second, date, date + 86_400 * second].map(httpdate::fmt_http_date);
        Self { path: path.to_owned(), bodies: bodies.into(), dates }
    }

    fn tag(&self, encoding: usize) -> &str {
        &self.bodies[encoding].0
    }

    /// The header's text; `None`: it is not sent.
    fn text(&self, encoding: usize, template: &str) -> Option<String> {
        let [before, date, after] = &self.dates;
        let text =
            template.replace("SELF", self.tag(encoding)).replace("OTHER", self.tag((encoding + 1) % 4));
        let text = text.replace("WRONG", "\"nothing\"").replace("DATE", date).replace("BEFORE", before);
        Some(text.replace("AFTER", after)).filter(|text| !text.is_empty())
    }

    fn headers(&self, case: Case) -> Vec<(&'static str, String)> {
        let [accept, matching, unmodified, none, modified, range, if_range] = case;
        let encoding = ACCEPT.rows[accept].1.unwrap_or(0);
        let all = [
            (ACCEPT.header, ACCEPT.rows[accept].0),
            (IF_MATCH.header, IF_MATCH.rows[matching].0),
            (IF_UNMODIFIED_SINCE.header, IF_UNMODIFIED_SINCE.rows[unmodified].0),
            (IF_NONE_MATCH.header, IF_NONE_MATCH.rows[none].0),
            (IF_MODIFIED_SINCE.header, IF_MODIFIED_SINCE.rows[modified].0),
            (RANGE.header, RANGE.rows[range].0),
            (IF_RANGE.header, IF_RANGE.rows[if_range].0),
        ];
        all.into_iter().filter_map(|(name, template)| Some((name, self.text(encoding, template)?))).collect()
    }

    /// Section 13.2.2, step by step.
    fn expected(&self, method: &str, case: Case) -> Expected<'_> {
        let [accept, matching, unmodified, none, modified, range, if_range] = case;
        let Some(encoding) = ACCEPT.rows[accept].1 else { return Expected::Refused(406, None) };
        let (tag, body) = (self.tag(encoding), &self.bodies[encoding].1[..]);
        // Steps 1 and 2: a date counts only where no tag is named.
        let goes_on =
            if matching > 0 { IF_MATCH.rows[matching].1 } else { IF_UNMODIFIED_SINCE.rows[unmodified].1 };
        if !goes_on {
            return Expected::Refused(412, None);
        }
        // Steps 3 and 4.
        let said = IF_NONE_MATCH.rows[none].1;
        match if said == Has::Unsaid { IF_MODIFIED_SINCE.rows[modified].1 } else { said } {
            Has::This => return Expected::Known(tag),
            Has::Another => return Expected::Known(self.tag((encoding + 1) % 4)),
            Has::Nothing | Has::Unsaid => {}
        }
        // Step 5; section 14.2: no other method than GET knows ranges.
        match &RANGE.rows[range].1 {
            Part::Of(part) if method == "GET" && IF_RANGE.rows[if_range].1 => {
                let (first, last) = part(body.len());
                Expected::Part(tag, &body[first..=last], format!("bytes {first}-{last}/{}", body.len()))
            }
            Part::Nowhere if method == "GET" && IF_RANGE.rows[if_range].1 => {
                Expected::Refused(416, Some(format!("bytes */{}", body.len())))
            }
            _ => Expected::Whole(encoding, tag, body),
        }
    }

    #[track_caller]
    fn check(&self, talk: &mut Talk, method: &str, case: Case) {
        let headers = self.headers(case);
        let answer = talk.ask(method, &self.path, &headers);
        let about = format!("{method} {} {headers:?}: {}", self.path, answer.head);
        let (status, tag, body, range) = match self.expected(method, case) {
            Expected::Whole(encoding, tag, body) => {
                assert_eq!(
                    answer.header("content-encoding").unwrap_or("identity"),
                    ENCODINGS[encoding],
                    "{about}"
                );
                assert_eq!(answer.header("content-length"), Some(&*body.len().to_string()), "{about}");
                (200, Some(tag), body, None)
            }
            Expected::Part(tag, body, range) => (206, Some(tag), body, Some(range)),
            Expected::Known(tag) => (304, Some(tag), &[][..], None),
            Expected::Refused(status, range) => (status, None, &[][..], range),
        };
        assert_eq!((answer.status, answer.header("etag")), (status, tag), "{about}");
        assert_eq!(answer.header("content-range"), range.as_deref(), "{about}");
        assert!(answer.body == if method == "HEAD" { &[][..] } else { body }, "{about}");
        assert_eq!(answer.header("last-modified"), Some(self.dates[1].as_str()), "{about}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{about}");
        assert!(answer.header("cache-control").is_some_and(|value| value.contains("max-age=")), "{about}");
    }
}

/// A connection that stays open.
struct Talk(BufReader<TcpStream>);

impl Talk {
    fn with(address: &str) -> Self {
        Self(BufReader::new(TcpStream::connect(address).expect("a connection")))
    }

    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, String)]) -> Answer {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let asked = format!("{method} {path} HTTP/1.1\r\nHost: a\r\n{more}\r\n");
        self.0.get_mut().write_all(asked.as_bytes()).expect("sent");
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.0.read_line(&mut head).expect("an answer") > 0, "it was closed");
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut answer = Answer { status, head, body: Vec::new() };
        if method != "HEAD" && status != 304 {
            let length =
                answer.header("content-length").map_or(0, |length| length.parse().expect("a number"));
            answer.body.resize(length, 0);
            self.0.read_exact(&mut answer.body).expect("the body");
        }
        answer
    }
}

fn program() -> Program {
    let program = Program::new().with("RIVERD_PUBLISH_LIMIT", "4").with("RIVERD_PUBLISH_ARCHIVE_PAGE", "4");
    let river = "[[river]]\nname = \"work\"\nlabels = [\"Work\"]\nprivate = true\nsecret_file = \"secret\"\n";
    std::fs::write(program.home.path().join("riverd.toml"), river).expect("a file");
    std::fs::write(program.home.path().join("secret"), SECRET).expect("a file");
    for (at, text) in [
        "Ferry aground near Port Ellen\n\nTugs wait for the tide.",
        "Council buys two hundred bicycles\n\nEmployees may ride them home.",
        "Old orchard becomes a library\n\nBooks and apples share one roof.",
        "Choir sings in the swimming pool\n\nThe echo pleased everyone.",
        "Bakery closes after ninety years\n\nNobody wants to rise at three.",
        "Owl stops a tram\n\nIt sat on the wire for an hour.",
        "Physicists cool a mirror\n\nIt hardly trembles any more.",
        "Chess club wins on forfeit\n\nTheir rivals missed the train.",
    ]
    .iter()
    .enumerate()
    {
        program.drop_file(&format!("{}/{at}.txt", ["Work", "Tech"][at % 2]), text);
    }
    program.json(&["once", "--json"]);
    program
}

#[test]
fn every_combination_of_conditions_encodings_and_ranges_is_answered_as_the_rfc_says_on_every_route() {
    let program = program();
    let daemon = program.start();
    let private = format!("/{SECRET}/work.atom");
    let mut talk = Talk::with(&daemon.address);
    for path in [
        "/river.atom",
        "/river.json",
        "/river.rss",
        "/tech.atom",
        "/archive/river/1.atom",
        "/subscriptions.opml",
        "/",
        "/river",
        "/story/1",
        "/style.css",
        &private,
    ] {
        let route = Route::of(&daemon.address, path);
        for case in cases() {
            route.check(&mut talk, "GET", case);
            route.check(&mut talk, "HEAD", case);
        }
    }
}
