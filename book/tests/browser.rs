//! The book in a real browser: every page loads without a word in the console, fits, can be read in every
//! theme, and leads where it says.
//!
//! It needs Chromium and its driver, on Debian `apt-get install chromium chromium-driver`. Without them it
//! says that it is skipped; with `BROWSER=required`, as in CI, it fails then.

mod driver;
mod program;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;

use driver::Browser;
use program::Program;

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut files =
        env::split_paths(&path).flat_map(|dir| names.iter().map(move |name| dir.join(name)));
    files.find(|file| file.is_file())
}

/// The names of all pages, in the order of the sidebar.
fn pages() -> Vec<String> {
    let summary = book::pages::workspace().join("book/src/SUMMARY.md");
    let summary = fs::read_to_string(summary).unwrap();
    let targets = summary.split("](").skip(1);
    targets
        .map(|rest| rest.split(".md)").next().unwrap().to_owned() + ".html")
        .collect()
}

#[test]
fn the_book_works_in_a_browser() {
    let chromium = find(&["chromium", "chromium-browser", "google-chrome"]);
    let (Some(chromium), Some(driver)) = (chromium, find(&["chromedriver"])) else {
        let required = env::var_os("BROWSER").is_some_and(|value| value == "required");
        assert!(
            !required,
            "BROWSER=required, and there is no chromium with its chromedriver"
        );
        // No test harness hides this.
        writeln!(
            io::stderr(),
            "SKIPPED: no chromium with its chromedriver, so no browser has seen the book"
        )
        .unwrap();
        return;
    };
    let server = Program::start().unwrap();
    let browser = Browser::start(&driver, &chromium);
    let go = |page: &str| browser.go(&format!("http://{}/{page}", server.addr));

    let pages = pages();
    for page in &pages {
        go(page);
        every_page_is_whole(&browser, page);
        every_link_is_answered(&browser, page);
    }
    for page in [
        "source/index.html",
        "source/stage1-addition/src/run.rs.html",
        &pages[1],
    ] {
        go(page);
        every_text_can_be_read(&browser, page);
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{page}");
    }
    for width in [1280, 800, 390] {
        browser.resize(width, 1000);
        for page in &pages {
            go(page);
            every_page_fits(&browser, page, width);
        }
    }
    browser.resize(1400, 1000);
    go(&pages[0]);
    the_pages_lead_to_each_other(&browser, &pages);
    the_search_finds_a_word(&browser);
    go("source/stage1-addition/src/run.rs.html#L3");
    a_source_file_has_a_page(&browser);
    go("addition.html");
    a_console_block_gives_its_commands(&browser);
    go("no/such/page.html");
    what_is_not_there_has_a_page_that_leads_on(&browser, &pages);
}

/// It has a heading, a footer, and pictures with a title that have the ink of the text in every theme. The
/// console is silent.
fn every_page_is_whole(browser: &Browser, page: &str) {
    let faults = browser.run(
        "const faults = [];
         const need = (fine, what) => fine || faults.push(what);
         need(document.querySelector('main h1')?.textContent, 'no heading');
         need(document.querySelector('footer.sent-by').textContent.includes('stage5_select::run'), 'no footer');
         need(document.querySelector('link[rel=icon]'), 'no icon');
         for (const picture of document.querySelectorAll('figure svg'))
             need(picture.querySelector('title') && picture.getBBox().width, 'a picture without title or size');
         for (const theme of ['light', 'navy']) {
             document.querySelector('#mdbook-theme-' + theme).click();
             const ink = getComputedStyle(document.querySelector('main p')).color;
             for (const picture of document.querySelectorAll('figure svg'))
                 need(getComputedStyle(picture).fill === ink, 'a picture in another ink: ' + theme);
         }
         return faults;",
    );
    assert_eq!(faults, json!([]), "{page}");
    every_text_can_be_read(browser, page);
    assert_eq!(browser.complaints(), Vec::<String>::new(), "{page}");
}

/// The contrast of text that is shown is at least 4.5 to 1 in every theme, and 3 to 1 for large letters.
fn every_text_can_be_read(browser: &Browser, page: &str) {
    let faint = browser.run(
        "const linear = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
         const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
         const parse = text => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
         const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
         const ground = it => it ? over(parse(getComputedStyle(it).backgroundColor), ground(it.parentElement)) : [255, 255, 255];
         const opacity = it => it ? getComputedStyle(it).opacity * opacity(it.parentElement) : 1;
         const hasText = it => [...it.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
         const faint = {};
         for (const theme of ['light', 'rust', 'coal', 'navy', 'ayu']) {
             document.querySelector('#mdbook-theme-' + theme).click();
             const seen = new Set(); // of a kind, one is enough
             for (const it of document.querySelectorAll('body :not(svg *)')) {
                 const kind = [it, it.parentElement, it.closest('li, p, td, th, main')]
                     .map(it => it && it.tagName + it.className).join();
                 if (seen.has(kind) || !hasText(it) || !it.getClientRects().length || !it.checkVisibility({ visibilityProperty: true })) continue;
                 seen.add(kind);
                 const style = getComputedStyle(it);
                 const [r, g, b, a] = parse(style.color);
                 const below = ground(it);
                 const [darker, lighter] = [light(below), light(over([r, g, b, a * opacity(it)], below))].sort((x, y) => x - y);
                 const need = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
                 if ((lighter + 0.05) / (darker + 0.05) < need)
                     faint[theme + ' ' + it.tagName + '.' + it.className] = it.textContent.slice(0, 40);
             }
         }
         document.querySelector('#mdbook-theme-light').click();
         return faint;",
    );
    assert_eq!(faint, json!({}), "{page}");
}

/// No page scrolls sideways. Code is never smaller than 12.5 pixels and not wrapped: it scrolls if it has to,
/// and on a wide screen it does not have to. What a program prints may be wrapped. No word of a picture is
/// outside of it.
fn every_page_fits(browser: &Browser, page: &str, width: u32) {
    let misfits = browser.run(
        "const misfits = [];
         const root = document.documentElement;
         if (root.scrollWidth > root.clientWidth) misfits.push('the page');
         for (const code of root.querySelectorAll('main pre > code')) {
             const lines = code.textContent.replace(/\\n$/, '').split('\\n');
             const style = getComputedStyle(code);
             if (parseFloat(style.fontSize) < 12.5) misfits.push('small: ' + lines[0]);
             const printed = code.classList.contains('language-console');
             if (!printed && style.whiteSpace !== 'pre') misfits.push('wrapped: ' + lines[0]);
             // Wider than the code of this workspace is only what a program prints.
             const scrolls = code.scrollWidth > code.clientWidth && lines.every(line => line.length <= 107);
             const mayScroll = root.clientWidth < 1200 && !printed && style.overflowX === 'auto';
             if (scrolls && !mayScroll) misfits.push('cut off: ' + lines[0]);
         }
         for (const text of root.querySelectorAll('figure svg text')) {
             const [box, all] = [text, text.ownerSVGElement].map(it => it.getBoundingClientRect());
             if (box.left < all.left || box.top < all.top || box.right > all.right || box.bottom > all.bottom)
                 misfits.push(text.textContent);
         }
         return misfits;",
    );
    assert_eq!(misfits, json!([]), "{page}, {width} wide");
}

/// What the lockstep test says of the sources, said of what the reader gets.
fn every_link_is_answered(browser: &Browser, page: &str) {
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

fn the_pages_lead_to_each_other(browser: &Browser, pages: &[String]) {
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
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn the_search_finds_a_word(browser: &Browser) {
    browser.click("#mdbook-search-toggle");
    browser.keys("#mdbook-searchbar", "waker");
    // Done when there are results: the page says so itself.
    let found = browser.run_async(
        "const list = document.querySelector('#mdbook-searchresults');
         const look = () => list.querySelector('li') && done([...list.querySelectorAll('li a')].map(a => a.href));
         new MutationObserver(look).observe(list, { childList: true });
         look();",
    );
    // Pages are found, and not the sources of what they show.
    assert!(!found.to_string().contains("/source/"), "{found}");
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

fn a_source_file_has_a_page(browser: &Browser) {
    let text =
        fs::read_to_string(book::pages::workspace().join("stage1-addition/src/run.rs")).unwrap();
    let seen = browser.run(
        "const code = document.querySelector('main code');
         return {
             text: code.textContent,
             numbers: document.querySelectorAll('.numbers a').length,
             third: document.querySelector(':target').textContent,
             coloured: code.querySelectorAll('.hljs-keyword').length > 10,
             listed: [...document.querySelectorAll('mdbook-sidebar-scrollbox a[href*=\"source/\"]')]
                 .filter(a => a.checkVisibility()).length,
         };",
    );
    let lines = text.lines().count();
    let expected =
        json!({ "text": text, "numbers": lines, "third": "3", "coloured": true, "listed": 1 });
    assert_eq!(seen, expected);
    // The number of a line is beside it.
    let apart = browser.run(
        "const numbers = document.querySelector('.numbers').getBoundingClientRect();
         const code = document.querySelector('main code').getBoundingClientRect();
         return Math.abs(numbers.height - code.height);",
    );
    assert!(apart.as_f64().unwrap() < 10.0, "{apart}");
    browser.click("main a[href$='addition.html']"); // the way back
    assert!(
        browser.url().ends_with("/addition.html"),
        "{}",
        browser.url()
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

fn a_console_block_gives_its_commands(browser: &Browser) {
    let seen = browser.run(
        "const block = document.querySelector('main code.language-console');
         const coloured = [...block.querySelectorAll('[class]:not([class=\"\"])')].map(it => it.textContent);
         return [playground_text(block.parentElement, false), coloured, block.textContent.includes('\\n# ')];",
    );
    let command = "cargo run -q -p stage1-addition --example by_hand";
    let expected = json!([command, [format!("$ {command}")], true]);
    assert_eq!(seen, expected);
    let whole = browser.run(
        "const block = document.querySelector('main code.language-rust');
         return playground_text(block.parentElement, false) === block.innerText;",
    );
    assert_eq!(whole, json!(true));
}

fn what_is_not_there_has_a_page_that_leads_on(browser: &Browser, pages: &[String]) {
    let heading = browser.run("return document.querySelector('main h1').textContent;");
    assert_eq!(heading, json!("Document not found (404)"));
    browser.click(&format!(
        "mdbook-sidebar-scrollbox a[href$=\"{}\"]",
        pages[1]
    ));
    assert!(browser.url().ends_with(&pages[1]));
}
