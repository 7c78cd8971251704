// Reads TypeScript as text for the checks that need no parser: blanks out comments, strings and regular expressions, so
// that a search finds code only, or gives the comments alone. Lengths and line breaks stay, so a position in the result is one in the source.

const REGEX_MAY_FOLLOW =
  /(?:^|[=([{,;:!&|?+\-*%<>~^}]|\b(?:return|typeof|case|in|of|do|else|void|delete|instanceof|new))\s*$/;

const blank = (text) => text.replace(/[^\n]/g, " ");

/** Where a quoted string that starts at `from` ends (the index after its closing quote). */
function stringEnd(text, from) {
  const quote = text[from];
  let at = from + 1;
  while (at < text.length && text[at] !== quote && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** Where a regular expression literal that starts at `from` ends; a slash inside a character class does not end it. */
function regexEnd(text, from) {
  let inClass = false;
  let at = from + 1;
  while (at < text.length && text[at] !== "\n" && (inClass || text[at] !== "/")) {
    if (text[at] === "[") inClass = true;
    else if (text[at] === "]") inClass = false;
    at += text[at] === "\\" ? 2 : 1;
  }
  return at + 1;
}

/** Blanks a template's text, keeps the code in its `${}`; returns that and the index after the closing backtick. */
function template(text, from, comments) {
  let code = " ";
  let at = from + 1;
  while (at < text.length && text[at] !== "`") {
    if (text.startsWith("${", at)) {
      const inner = scan(text, at + 2, "}", comments);
      code += `  ${inner.code} `;
      at = inner.end + 1;
    } else {
      const step = text[at] === "\\" ? 2 : 1;
      code += blank(text.slice(at, at + step));
      at += step;
    }
  }
  return { code: `${code} `, end: at + 1 };
}

function scan(text, from, until, comments) {
  let code = "";
  let at = from;
  let depth = 0;
  const skipTo = (end) => {
    code += blank(text.slice(at, end));
    at = end;
  };
  const skipComment = (end) => {
    comments.push(text.slice(at, end));
    skipTo(end);
  };
  while (at < text.length) {
    const char = text[at];
    if (until !== undefined && depth === 0 && char === until) break;
    if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      skipComment(end === -1 ? text.length : end);
    } else if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at);
      skipComment(end === -1 ? text.length : end + 2);
    } else if (char === '"' || char === "'") {
      skipTo(stringEnd(text, at));
    } else if (char === "`") {
      const inner = template(text, at, comments);
      code += inner.code;
      at = inner.end;
    } else if (char === "/" && REGEX_MAY_FOLLOW.test(code.slice(-40))) {
      skipTo(regexEnd(text, at));
    } else {
      if (char === "{") depth += 1;
      if (char === "}") depth -= 1;
      code += char;
      at += 1;
    }
  }
  return { code, end: at };
}

/**
 * Gives a source text without its comments and literals.
 * @param {string} text TypeScript or JavaScript
 * @returns {string} a text of the same length and lines
 */
export function blankOut(text) {
  return scan(text, 0, undefined, []).code;
}

/**
 * Gives the comments of a source text, each with its marks, in their order.
 * @param {string} text TypeScript or JavaScript
 * @returns {string[]}
 */
export function commentsOf(text) {
  const comments = [];
  scan(text, 0, undefined, comments);
  return comments;
}
