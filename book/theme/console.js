// A console block: its commands are marked and copied, and nothing else is. The highlighter takes a line of
// output that begins with `#` for a prompt, too.
'use strict';
for (const code of document.querySelectorAll('code.language-console')) {
    const lines = code.textContent.split('\n').map(line => {
        const span = document.createElement('span');
        span.textContent = line;
        span.className = line.startsWith('$ ') ? 'hljs-title' : '';
        return span;
    });
    code.replaceChildren(...lines.flatMap((line, index) => index ? ['\n', line] : [line]));
}

// mdBook's copy button asks this function what to copy.
const whole_block = playground_text;
playground_text = (pre, hidden) => {
    const commands = [...pre.querySelectorAll('.language-console .hljs-title')];
    return commands.length ? commands.map(line => line.textContent.slice(2)).join('\n') : whole_block(pre, hidden);
};

// What scrolls can be reached with the keyboard.
for (const code of document.querySelectorAll('main pre > code')) {
    if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
}
