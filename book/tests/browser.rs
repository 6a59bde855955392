//! The book in a real browser: every page loads without a word in the console, and the sidebar, the
//! arrows and the search do what they should.
//!
//! It needs Chromium and its driver, on Debian `apt-get install chromium chromium-driver`. Where they are
//! not, it says that it is skipped; with `BROWSER=required`, as in CI, it fails then.

mod driver;

use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use driver::Browser;

/// The book's own program, on a free port.
struct Server {
    child: Child,
    address: String,
    _dir: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_book"))
            .args(["--port", "0", "--out"])
            .arg(dir.path().join("html"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.split(' ').find(|word| word.starts_with("http://"));
        Server {
            child,
            address: address.expect("it says its address").to_owned(),
            _dir: dir,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let dirs: Vec<_> = std::env::split_paths(&path).collect();
    let all = names
        .iter()
        .flat_map(|name| dirs.iter().map(move |dir| dir.join(name)));
    all.into_iter().find(|file| file.is_file())
}

/// The file names of all pages, in the order of the sidebar.
fn pages() -> Vec<String> {
    let summary = book::pages::workspace().join("book/src/SUMMARY.md");
    let summary = std::fs::read_to_string(summary).unwrap();
    let targets = summary.split("](").skip(1);
    targets
        .map(|rest| rest.split(".md)").next().unwrap().to_owned() + ".html")
        .collect()
}

#[test]
fn the_book_works_in_a_browser() {
    let (Some(chromium), Some(driver)) = (
        find(&["chromium", "chromium-browser", "google-chrome"]),
        find(&["chromedriver"]),
    ) else {
        let required = std::env::var_os("BROWSER").is_some_and(|value| value == "required");
        assert!(
            !required,
            "BROWSER=required, and there is no chromium with its chromedriver"
        );
        let skipped =
            "SKIPPED: there is no chromium with its chromedriver, so no browser has seen the book";
        let mut stderr = io::stderr(); // which no test harness hides
        writeln!(stderr, "{skipped}").unwrap();
        return;
    };
    let server = Server::start();
    let browser = Browser::start(&driver, &chromium);
    every_page_loads(&browser, &server);
    every_page_fits(&browser, &server);
    every_link_of_a_page_is_answered(&browser, &server);
    the_pages_lead_to_each_other(&browser, &server);
    the_search_finds_a_word(&browser, &server);
    a_hundred_requests_are_answered(&browser, &server);
}

fn every_page_loads(browser: &Browser, server: &Server) {
    for page in pages() {
        browser.go(&format!("{}/{page}", server.address));
        let seen = browser.run(
            "const links = document.querySelectorAll('mdbook-sidebar-scrollbox a').length;
             const heading = document.querySelector('main h1').textContent;
             const footer = document.querySelector('footer.sent-by').textContent;
             const ink = theme => {
                 document.documentElement.className = theme + ' js';
                 const text = getComputedStyle(document.querySelector('main p')).color;
                 const pictures = [...document.querySelectorAll('figure svg')];
                 return pictures.every(svg => getComputedStyle(svg).fill === text);
             };
             const untold = [...document.querySelectorAll('figure svg')]
                 .filter(svg => !svg.querySelector('title') || svg.getBBox().width === 0).length;
             return { links, heading, footer, untold, light: ink('light'), dark: ink('navy') };",
        );
        assert!(
            seen["links"].as_u64().unwrap() >= pages().len() as u64,
            "{page}: {seen}"
        );
        assert!(
            !seen["heading"].as_str().unwrap().is_empty(),
            "{page}: {seen}"
        );
        assert!(
            seen["footer"]
                .as_str()
                .unwrap()
                .contains("stage5_select::run"),
            "{page}: {seen}"
        );
        assert_eq!(
            seen["untold"],
            json!(0),
            "{page}: a picture without a title, or of no size"
        );
        assert_eq!(
            seen["light"],
            json!(true),
            "{page}: a picture in another ink than the text"
        );
        assert_eq!(
            seen["dark"],
            json!(true),
            "{page}: a picture in another ink than the text"
        );
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{page}");
    }
}

/// On a screen code is whole, neither wrapped nor cut off; on a phone it scrolls, but the page does not. No
/// word of a picture is outside of it.
fn every_page_fits(browser: &Browser, server: &Server) {
    for width in [1280, 1100, 1000, 800, 400] {
        browser.resize(width, 1000);
        for page in pages() {
            browser.go(&format!("{}/{page}", server.address));
            let misfits = browser.run(
                "const misfits = [];
                 const root = document.documentElement;
                 if (root.scrollWidth > root.clientWidth) misfits.push('the page');
                 for (const code of root.querySelectorAll('main pre > code')) {
                     const lines = code.textContent.replace(/\\n$/, '').split('\\n');
                     // Wider than the code of this workspace is only what a program prints.
                     if (lines.some(line => line.length > 107)) continue;
                     const range = document.createRange();
                     range.selectNodeContents(code);
                     const tops = [...range.getClientRects()].map(rect => rect.top).sort((a, b) => a - b);
                     const rows = tops.filter((top, i) => !(top - tops[i - 1] < 5)).length;
                     const printed = code.classList.contains('language-console');
                     const narrow = root.clientWidth < 700;
                     if (code.scrollWidth > code.clientWidth && !narrow) misfits.push('cut off: ' + lines[0]);
                     if (rows > lines.length && !(narrow && printed)) misfits.push('wrapped: ' + lines[0]);
                 }
                 for (const text of root.querySelectorAll('figure svg text')) {
                     const [box, all] = [text, text.ownerSVGElement].map(it => it.getBoundingClientRect());
                     if (box.left < all.left || box.top < all.top || box.right > all.right
                         || box.bottom > all.bottom) misfits.push(text.textContent);
                 }
                 return misfits;",
            );
            assert_eq!(misfits, json!([]), "{page}, {width} wide");
        }
    }
    browser.resize(1400, 1000);
}

/// What the lockstep test says of the sources, said of what the reader gets.
fn every_link_of_a_page_is_answered(browser: &Browser, server: &Server) {
    for page in pages() {
        browser.go(&format!("{}/{page}", server.address));
        let dead = browser.run_async(
            "const links = [...document.querySelectorAll('main a[href], mdbook-sidebar-scrollbox a[href]')]
                 .map(a => new URL(a.href)).filter(url => url.origin === location.origin);
             const asked = {};
             const ask = url => asked[url.pathname] ??= fetch(url.pathname)
                 .then(async answer => answer.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : null);
             const isDead = async url => {
                 const page = await ask(url);
                 return !page || url.hash && !page.getElementById(decodeURIComponent(url.hash.slice(1)));
             };
             Promise.all(links.map(async url => await isDead(url) ? url.href : null))
                 .then(dead => done(dead.filter(href => href)));",
        );
        assert_eq!(dead, json!([]), "{page}");
    }
}

fn the_pages_lead_to_each_other(browser: &Browser, server: &Server) {
    let pages = pages();
    browser.go(&format!("{}/{}", server.address, pages[0]));
    for page in &pages[1..] {
        browser.click("a.nav-chapters.next");
        assert!(
            browser.url().ends_with(page),
            "{} is not {page}",
            browser.url()
        );
    }
    browser.click("a.nav-chapters.previous");
    assert!(browser.url().ends_with(&pages[pages.len() - 2]));
    browser.click(&format!(
        "mdbook-sidebar-scrollbox a[href$=\"{}\"]",
        pages[1]
    ));
    assert!(browser.url().ends_with(&pages[1]));
    // A link to a source file leads to its copy, which the browser shows as text.
    let source = browser.run("return document.querySelector('main a[href*=\"source/\"]').href;");
    browser.go(source.as_str().unwrap());
    let text = browser.run("return document.contentType + ' ' + document.body.textContent.length;");
    assert!(text.as_str().unwrap().starts_with("text/plain "), "{text}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn the_search_finds_a_word(browser: &Browser, server: &Server) {
    browser.go(&format!("{}/{}", server.address, pages()[0]));
    browser.click("#mdbook-search-toggle");
    browser.keys("#mdbook-searchbar", "waker");
    // Done when there are results: the page says so itself.
    let found = browser.run_async(
        "const list = document.querySelector('#mdbook-searchresults');
         const look = () => list.querySelector('li') && done(list.querySelectorAll('li a').length);
         new MutationObserver(look).observe(list, { childList: true });
         look();",
    );
    assert!(found.as_u64().unwrap() > 0);
    browser.click("#mdbook-searchresults li a");
    assert!(
        browser.url().contains("highlight=waker"),
        "{}",
        browser.url()
    );
    let marks = browser.run("return document.querySelectorAll('main mark').length;");
    assert!(marks.as_u64().unwrap() > 0);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn a_hundred_requests_are_answered(browser: &Browser, server: &Server) {
    browser.go(&format!("{}/{}", server.address, pages()[0]));
    let answered = browser.run_async(
        "const ask = number => fetch('before.html?' + number, { cache: 'no-store' })
             .then(answer => answer.text().then(text => answer.ok && text.includes('</html>')));
         Promise.all([...Array(100).keys()].map(ask))
             .then(answers => done(answers.filter(fine => fine).length));",
    );
    assert_eq!(answered, json!(100));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
