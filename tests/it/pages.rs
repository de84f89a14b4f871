//! Pages for people: rivers and stories, as they are served.

use crate::support::http::get;
use crate::support::markup::faults;
use crate::support::program::{Daemon, Program};

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
    for path in ["/river", "/story/1", "/style.css"] {
        let first = get(&daemon.address, path).expect("an answer");
        let tag = first.header("ETag").expect("a tag").to_owned();
        let again = crate::support::http::request(&daemon.address, "GET", path, &[("If-None-Match", &tag)]);
        assert_eq!(again.expect("an answer").status, 304, "{path}");
    }
    for path in ["/story/0", "/story/01", "/story/99", "/story/x", "/story", "/story/1/", "/rivers"] {
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
}
