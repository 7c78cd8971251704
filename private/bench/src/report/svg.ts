// What all charts are made of: a drawing that reads in light and in dark, and that tells those who cannot see it.
// Place: chart -> **SVG**
// Rules: text is escaped; colours follow the reader's scheme; title and description say what the drawing shows.

/** Escapes text for XML. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const STYLE = `
  svg { color-scheme: light dark; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .small { font-size: 11px; fill: #59636e; }
  .title { font-weight: 600; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .ours { fill: #0969da; stroke: #0969da; }
  .theirs { fill: #8c959f; stroke: #8c959f; }
  .line { fill: none; stroke-width: 2; }
  .axis { stroke: #d1d9e0; }
  .least { stroke: #1f2328; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .small { fill: #9198a1; }
    .ours { fill: #4493f8; stroke: #4493f8; }
    .theirs { fill: #656c76; stroke: #656c76; }
    .axis { stroke: #3d444d; }
    .least { stroke: #f0f6fc; }
  }
`;

/** One drawing. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What it shows, in words. */
  readonly description: string;
  /** Its elements. */
  readonly body: readonly string[];
}

/** The file of a drawing. */
export function renderSvg({ width, height, title, description, body }: Drawing): string {
  const viewBox = `0 0 ${width} ${height}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="description">${escapeXml(description)}</desc>`,
    `<style>${STYLE}</style>`,
    ...body,
    "</svg>\n",
  ].join("\n");
}

/** A text at a place. */
export function textAt(x: number, y: number, text: string, classes = ""): string {
  return `<text x="${x}" y="${y}"${classes === "" ? "" : ` class="${classes}"`}>${escapeXml(text)}</text>`;
}
