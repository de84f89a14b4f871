//! The page at `/`: what there is to subscribe to.

/// Where it stands.
pub const PATH: &str = "/";
/// The media type to serve it as.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// Its bytes. `paths`: what all may read.
pub fn render(title: &str, paths: &[&str]) -> String {
    let title = html_escape::encode_text(title);
    let item = |path: &&str| {
        let path = html_escape::encode_double_quoted_attribute(path);
        format!("<li><a href=\"{path}\">{path}</a></li>\n")
    };
    // What is followed here is no feed itself.
    let feeds: String = paths.iter().filter(|path| !path.ends_with(".opml")).map(item).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <link rel=\"alternate\" type=\"application/atom+xml\" title=\"{title}\" href=\"/river.atom\">\n</head>\n<body>\n\
         <h1>{title}</h1>\n<p>Subscribe to one of these in a feed reader:</p>\n<ul>\n{feeds}</ul>\n</body>\n</html>\n"
    )
}
