//! Which file, if any, an address names.

use std::fs;
use std::path::{Path, PathBuf};

use super::mime;
use crate::paths;

/// The two origins and the folders behind both.
pub struct Site {
    pub first: String,
    pub second: String,
    /// In this order; the first one that has the file answers.
    pages: [PathBuf; 2],
    package: PathBuf,
}

/// What is sent back.
pub struct Answer {
    pub status: &'static str,
    pub kind: &'static str,
    /// Where a redirect leads.
    pub location: Option<String>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A status with its own words as the text.
    pub fn plain(status: &'static str) -> Answer {
        Answer {
            status,
            kind: "text/plain; charset=utf-8",
            location: None,
            body: format!("{status}\n").into_bytes(),
        }
    }
}

impl Site {
    /// The generated pages and `www/` at the root, the package under `/pkg/`.
    pub fn new(first: String, second: String) -> Site {
        Site {
            first,
            second,
            pages: [paths::site(), paths::root().join("www")],
            package: paths::package(),
        }
    }

    /// The answer to a GET of this request target.
    pub fn get(&self, target: &str) -> Answer {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if path == "/origins.json" {
            return self.origins();
        }
        let Some(names) = names(path) else {
            return Answer::plain("400 Bad Request");
        };
        let files: Vec<PathBuf> = match names.split_first() {
            Some((folder, rest)) if folder == "pkg" => vec![join(&self.package, rest)],
            _ => self.pages.iter().map(|pages| join(pages, &names)).collect(),
        };
        if !path.ends_with('/') && files.iter().any(|file| file.join("index.html").is_file()) {
            // Relative links of the page would leave the folder.
            return Answer {
                location: Some(format!("/{}/", names.join("/"))),
                ..Answer::plain("301 Moved Permanently")
            };
        }
        files
            .into_iter()
            .map(|file| {
                if file.is_dir() {
                    file.join("index.html")
                } else {
                    file
                }
            })
            .find_map(|file| {
                fs::read(&file).ok().map(|body| Answer {
                    status: "200 OK",
                    kind: mime::of(&file),
                    location: None,
                    body,
                })
            })
            .unwrap_or_else(|| Answer::plain("404 Not Found"))
    }

    /// How a page learns the other origin.
    fn origins(&self) -> Answer {
        let body = format!(
            "{{\"first\":\"{}\",\"second\":\"{}\"}}\n",
            self.first, self.second
        );
        Answer {
            status: "200 OK",
            kind: "application/json; charset=utf-8",
            location: None,
            body: body.into_bytes(),
        }
    }
}

fn join(folder: &Path, names: &[String]) -> PathBuf {
    names
        .iter()
        .fold(folder.to_path_buf(), |path, name| path.join(name))
}

/// The decoded parts of a path. None for what could leave the folder: `..`, hidden files, separators in disguise.
fn names(path: &str) -> Option<Vec<String>> {
    let parts = path.strip_prefix('/')?.split('/').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            decoded(part).filter(|name| !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':']))
        })
        .collect()
}

fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(rest.next()?)? * 16 + digit(rest.next()?)?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside() {
        for outside in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/a/..%2f..%2fx",
            "/.git/config",
            "/pkg/.lock",
            "/a%5cb",
            "/%zz",
            "a",
        ] {
            assert_eq!(names(outside), None, "{outside}");
        }
        assert_eq!(names("/a//b%20c/"), Some(vec!["a".to_owned(), "b c".to_owned()]));
        assert_eq!(names("/"), Some(vec![]));
    }

    #[test]
    fn the_page_learns_both_origins() {
        let site = Site::new("http://localhost:1".to_owned(), "http://localhost:2".to_owned());
        let answer = site.get("/origins.json?x");
        assert_eq!(
            answer.body,
            b"{\"first\":\"http://localhost:1\",\"second\":\"http://localhost:2\"}\n"
        );
        assert_eq!(site.get("/../Cargo.toml").status, "400 Bad Request");
        assert_eq!(site.get("/no/such/file").status, "404 Not Found");
        assert_eq!(
            site.get("/app").status,
            "404 Not Found",
            "a folder without a page"
        );
        assert_eq!(
            site.get("/pkg/package.json").kind,
            "application/json; charset=utf-8"
        );
    }

    #[test]
    fn a_generated_page_is_found_and_its_folder_leads_to_it() {
        let place = std::env::temp_dir().join(format!("parley-site-{}", std::process::id()));
        fs::create_dir_all(place.join("docs")).expect("a folder");
        fs::write(place.join("docs/index.html"), "the docs").expect("a page");
        let mut site = Site::new("http://localhost:1".to_owned(), "http://localhost:2".to_owned());
        site.pages[0] = place.clone();
        assert_eq!(site.get("/docs/").body, b"the docs");
        let moved = site.get("/docs?x");
        assert_eq!(
            (moved.status, moved.location.as_deref()),
            ("301 Moved Permanently", Some("/docs/"))
        );
        assert_eq!(
            site.get("/").status,
            "200 OK",
            "what is not generated comes from www/"
        );
        fs::remove_dir_all(&place).expect("it was ours");
    }
}
