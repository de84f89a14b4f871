//! Pages for people: rivers and stories, as they are served.

use crate::support::http::{get, request};
use crate::support::markup::faults;
use crate::support::program::{Daemon, Program};
use crate::support::server::{Server, ok, rss, status};
use crate::support::wait::until;

const TEXT: &str =
    "The evening ferry left in thick fog on Tuesday and struck a sandbank; nobody on board was hurt.";

/// One text in many feeds, and a text of another kind that means harm.
fn told(feeds: usize) -> Program {
    let program = Program::new();
    for number in 1..=feeds {
        let name = format!("Paper {number}");
        let feed = format!(
            "<rss version='2.0'><channel><title>{name}</title><language>en</language><item><guid>{number}</guid>\
             <title>Ferry aground off Port Ellen</title><link>https://paper{number}.example/ferry</link>\
             <description>{TEXT}</description></item></channel></rss>"
        );
        program.drop_file(&format!("{number:02}.xml"), &feed);
    }
    let hostile = "<rss version='2.0'><channel><title>&lt;script&gt;1&lt;/script&gt;</title><item><guid>x</guid>\
        <title>&lt;b onclick=x()&gt;Bread &amp;amp; butter</title><link>javascript:alert(1)</link>\
        <description>&lt;p&gt;Milk&lt;script&gt;2&lt;/script&gt;&lt;/p&gt;</description></item></channel></rss>";
    program.drop_file("z.xml", hostile);
    program.json(&["once", "--json"]);
    program
}

fn page(daemon: &Daemon, path: &str) -> String {
    let answer = get(&daemon.address, path).expect("an answer");
    assert_eq!(
        (answer.status, answer.header("Content-Type")),
        (200, Some("text/html; charset=utf-8")),
        "{path}"
    );
    let text = answer.text();
    // What the frame of a page is made of is no text of a publisher's.
    let body = text.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>")).expect("a body").0;
    for frame in ["main", "header", "nav", "article", "section", "footer"] {
        assert_eq!(body.matches(&format!("<{frame}")).count(), body.matches(&format!("</{frame}>")).count());
    }
    text
}

/// The path of the page that the river leads to for the story with this headline.
fn story_of(river: &str, headline: &str) -> Option<String> {
    let from = river.find(headline)?;
    let item = &river[from..from + river[from..].find("</article>")?];
    let href = item.split_once("href=\"/story/")?.1;
    Some(format!("/story/{}", href.split_once('"')?.0))
}

#[test]
fn a_story_that_many_tell_has_a_page_that_names_them_all() {
    let program = told(14);
    let daemon = program.start();
    let river = page(&daemon, "/river");
    assert_eq!(river.matches("Ferry aground").count(), 1, "{river}");
    assert!(river.contains("and 13 more") && river.contains("href=\"river.atom\""), "{river}");
    let path = story_of(&river, "Ferry aground").expect("a link");
    let story = page(&daemon, &path);
    (1..=14).for_each(|number| {
        let link = format!("href=\"https://paper{number}.example/ferry\"");
        assert_eq!(story.matches(&link).count(), 1, "{link} in {story}");
    });
    assert!(story.contains("Same text in (13)") && story.contains(TEXT), "{story}");
    let feed = daemon.feed();
    assert!(
        feed.contains(&format!("{path}&quot;&gt;and 3 more"))
            || feed.contains(&format!("{path}\"&gt;and 3 more")),
        "{feed}"
    );
}

#[test]
fn what_publishers_write_does_no_harm_on_pages() {
    let program = told(1);
    let daemon = program.start();
    let river = page(&daemon, "/river");
    assert!(river.contains("Bread &amp; butter") && river.contains("Milk"), "{river}");
    assert!(!river.contains("javascript:") && !river.contains("<script"), "{river}");
    let paths = (1..=2).map(|number| format!("/story/{number}"));
    let stories: Vec<String> = paths.map(|path| page(&daemon, &path)).collect();
    for story in &stories {
        let text = story.split_once("</h1>").expect("a heading").1;
        let article = text.split_once("</article>").expect("an article").0;
        assert_eq!(
            faults(article.split_once("</p>").expect("a byline").1),
            Vec::<String>::new(),
            "{article}"
        );
        assert!(!story.contains("javascript:") && !story.contains("<script"), "{story}");
    }
    assert!(stories.iter().any(|story| story.contains("<p>Milk</p>")));
}

#[test]
fn pages_are_known_again_and_others_are_not_there() {
    let program = told(1);
    let daemon = program.start();
    for path in ["/river", "/story/1", "/style.css", "/search", "/search?q=ferry", "/feeds"] {
        let first = get(&daemon.address, path).expect("an answer");
        let tag = first.header("ETag").expect("a tag").to_owned();
        let again = request(&daemon.address, "GET", path, &[("If-None-Match", &tag)]);
        assert_eq!(again.expect("an answer").status, 304, "{path}");
    }
    for path in [
        "/story/0",
        "/story/01",
        "/story/99",
        "/story/x",
        "/story",
        "/story/1/",
        "/rivers",
        "/feeds/",
        "/search/",
    ] {
        assert_eq!(get(&daemon.address, path).expect("an answer").status, 404, "{path}");
    }
}

#[test]
fn where_the_river_of_everything_is_private_stories_have_no_pages() {
    let program = told(14);
    let river = "[[river]]\nname = \"river\"\nprivate = true\nsecret_file = \"secret\"\n";
    std::fs::write(program.home.path().join("riverd.toml"), river).expect("a file");
    std::fs::write(program.home.path().join("secret"), "long-enough-to-be-no-guess\n").expect("a file");
    let daemon = program.start();
    assert_eq!(get(&daemon.address, "/story/1").expect("an answer").status, 404);
    assert_eq!(get(&daemon.address, "/river").expect("an answer").status, 401);
    let river = page(&daemon, "/long-enough-to-be-no-guess/river");
    assert!(river.contains("and 13 more") && !river.contains("/story/"), "{river}");
    let landing = page(&daemon, "/");
    for path in ["/search", "/search?q=ferry", "/feeds"] {
        assert_eq!(get(&daemon.address, path).expect("an answer").status, 404, "{path}");
        assert!(!landing.contains(path), "{landing}");
    }
}

#[test]
fn a_search_shows_what_it_finds_with_the_story_of_each() {
    let program = told(2);
    program.drop_file("f.txt", "Fähre läuft auf\n\nDas Schiff saß in dichtem Nebel fest.");
    program.json(&["once", "--json"]);
    let daemon = program.start();
    assert!(page(&daemon, "/").contains("<a href=\"/search\">Search</a> <a href=\"/feeds\">Feeds</a>"));
    let empty = page(&daemon, "/search");
    assert!(empty.contains("<form action=\"/search\"") && !empty.contains("<article"), "{empty}");
    let found = page(&daemon, "/search?q=ferry+aground&x=1");
    assert!(found.contains("2 found") && found.contains("href=\"https://paper1.example/ferry\""), "{found}");
    let story = story_of(&found, "Ferry aground").expect("a link");
    assert!(page(&daemon, &story).contains("https://paper2.example/ferry"));
    for (path, part) in [
        ("/search?q=F%C3%A4hre", "value=\"Fähre\""),
        ("/search?q=%22dichtem+Nebel%22", "1 found"),
        ("/search?q=qqq%E4", "Nothing is found"),
        ("/search?q=%22%3E%3Cscript%3Ez", "cannot be answered: the quote at character 1 is not closed"),
        ("/search?q=bread", "Bread &amp; butter"),
        ("/search?q=%ff", "value=\"\u{fffd}\""),
        ("/search?q=a&q=Nebel", "1 found"),
        ("/search?", "All words count"),
    ] {
        let found = page(&daemon, path);
        assert!(found.contains(part) && !found.contains("<script"), "{path}: {part} in {found}");
    }
    drop(daemon);
    let program = program.with("RIVERD_PUBLISH_SEARCH_RESULTS", "1");
    let daemon = program.start();
    assert!(page(&daemon, "/search?q=ferry").contains("The newest 1 of more."));
    assert_eq!(request(&daemon.address, "POST", "/search", &[]).expect("an answer").status, 405);
}

#[test]
fn the_feeds_are_listed_with_what_to_do_and_without_secrets_unless_a_river_is_private() {
    let server = Server::start(|path, _| match path.split('?').next() {
        Some("/good") => ok("", &rss(&[("1", "A title", "A text.")])),
        _ => status("404 Not Found", ""),
    });
    let program = Program::new();
    let (good, bad) = (server.url("/good?token=planted&amp;a=1"), server.url("/bad?key=planted"));
    let list = format!(
        "<opml version='2.0'><body><outline xmlUrl='{good}'/><outline xmlUrl='{bad}'/></body></opml>"
    );
    program.drop_file("s.opml", &list);
    program.drop_file("a.txt", "Fähre\n\nSie legt ab.");
    let daemon = program.start();
    let feeds = until("both to be asked", || {
        let feeds = page(&daemon, "/feeds");
        (feeds.matches("last answer").count() == 2).then_some(feeds)
    });
    assert!(feeds.contains("2 feeds, 1 of them with something for you to do"), "{feeds}");
    let place = |part: &str| feeds.find(part).unwrap_or_else(|| panic!("{part} in {feeds}"));
    assert!(place("/bad") < place("<strong>") && place("<strong>") < place("/good?a=1"), "{feeds}");
    assert!(feeds.contains(": 404") && feeds.contains("next poll"), "{feeds}");
    assert!(!feeds.contains("a.txt") && !feeds.contains("planted"), "{feeds}");
    drop(daemon);
    std::fs::write(program.home.path().join("secret"), "long-enough-to-be-no-guess\n").expect("a file");
    program.configure("[[river]]\nname = \"x\"\nprivate = true\nsecret_file = \"secret\"\n");
    let daemon = program.start();
    assert_eq!(get(&daemon.address, "/feeds").expect("an answer").status, 404);
    assert_eq!(get(&daemon.address, "/search?q=F%C3%A4hre").expect("an answer").status, 200);
    assert!(!page(&daemon, "/").contains("/feeds"));
}
