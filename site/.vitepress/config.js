/**
 * The documentation as a site: the repository's own pages where they lie, README first, and the reference that
 * build.js has generated. Nothing is fetched from elsewhere; on a forge the same pages read without it.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { defineConfig } from 'vitepress';
import { generated } from '../reference.js';
import { root } from '../root.js';

/** Files of these endings are no pages either, so links to them are not looked for among the pages. */
process.env.VITE_EXTRA_EXTENSIONS = 'cff,py';

/** A forge serves the pages of a project below its name. */
const base = process.env.SITE_BASE ?? '/';

const REFERENCE = 'site/generated/';

/** Where a page of the repository is on the site. */
const placeOf = (path) => path.replace(REFERENCE, 'reference/').replace(/README\.md$/, 'index.md');

const SECTIONS = {
  Use: [
    'README.md',
    'examples/README.md',
    'docs/own-dynamics.md',
    'docs/interventions.md',
    'docs/pretrained.md',
    'docs/readings.md',
    'docs/cluster.md',
    'docs/files.md',
    'docs/checkpoint.md',
    'data/worlds/README.md',
  ],
  Mathematics: ['docs/theory.md', 'docs/glossary.md', 'docs/limits.md', 'docs/claims.md'],
  Systems: markdownOf('docs/systems'),
  Models: [
    'models/alltag/README.md',
    'models/lieblingstier/README.md',
    'docs/learned-flow.md',
    'docs/real-models.md',
    'docs/choices.md',
    'data/evaluation/README.md',
  ],
  Project: [
    'CONTRIBUTING.md',
    'docs/speed.md',
    'docs/reliability.md',
    'docs/dependencies.md',
    'CHANGELOG.md',
  ],
};

function markdownOf(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

const listed = Object.values(SECTIONS).flat();
const forgotten = markdownOf('docs').filter((page) => !listed.includes(page));
if (forgotten.length > 0)
  throw new Error(
    `${forgotten.join(', ')} is in no section: add it to SECTIONS of site/.vitepress/config.js`,
  );

const titleOf = (page) =>
  /^# (.*)$/m.exec(readFileSync(join(root, page), 'utf8'))[1].replaceAll('`', '');

const linkTo = (page) => `/${placeOf(page).replace(/(index)?\.md$/, '')}`;

/** The exported names, by folder. */
function referenceSidebar() {
  const exported = JSON.parse(readFileSync(join(generated, 'pages.json'), 'utf8'));
  return [...new Set(exported.map(({ folder }) => folder))].sort().map((folder) => ({
    text: folder,
    collapsed: true,
    items: exported
      .filter((one) => one.folder === folder)
      .map(({ name, page }) => ({ text: name, link: linkTo(REFERENCE + page) })),
  }));
}

/** Files that pages link to and that are no pages: they go beside the pages. */
const files = new Set();

function collect(page, link) {
  if (/^[a-z]+:|^#|\/$|\.(md|html)(#|$)/.test(link)) return;
  files.add(posix.join(posix.dirname(page), decodeURI(link)));
}

/** Links and pictures of the repository as those of the site, which has README as index. */
function followLinks(md) {
  md.core.ruler.push('follow-links', ({ tokens, env }) => {
    const page = env.path.slice(root.length + 1);
    for (const token of tokens.flatMap((one) => [one, ...(one.children ?? [])])) {
      if (/^html/.test(token.type)) {
        for (const [, link] of token.content.matchAll(/href="([^"]+)"/g)) collect(page, link);
        // Vite takes for a file what begins with a point.
        token.content = token.content.replace(/(src|srcset)="(?=\w[^":]*")/g, '$1="./');
      }
      // Indented code as fenced: such blocks scroll, and have a button to copy.
      if (token.type === 'code_block') Object.assign(token, { type: 'fence', info: 'text' });
      if (token.type !== 'link_open') continue;
      const href = token.attrGet('href');
      collect(page, href);
      token.attrSet('href', href.replace(/README\.md(?=#|$)/, 'index.md'));
    }
  });
}

/** Pages lie above this folder's node_modules: when they are rendered to text, Vue is looked for from here. */
const vueOfTheSite = {
  name: 'vue-of-the-site',
  enforce: 'pre',
  resolveId: (id, _, { ssr }) =>
    ssr && /^vue(\/server-renderer)?$/.test(id) ? { id, external: true } : null,
};

export default defineConfig({
  title: 'Schmetterling',
  description: 'A small attention-only transformer as an interacting particle flow on the sphere.',
  lang: 'en',
  base,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }]],
  srcDir: '..',
  srcExclude: ['!(README|CONTRIBUTING|CHANGELOG).md'],
  outDir: './dist',
  cacheDir: './node_modules/.vitepress',
  rewrites: placeOf,
  ignoreDeadLinks: 'localhostLinks',
  metaChunk: true,
  vite: { publicDir: false, plugins: [vueOfTheSite] },
  markdown: {
    config: followLinks,
    // Braces are exponents here: e^{−t}.
    attrs: { disable: true },
    anchor: {
      // As forges make them, so that links to headings hold on both.
      slugify: (heading) =>
        heading
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, '')
          .replaceAll(' ', '-'),
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/' },
      { text: 'Examples', link: linkTo('examples/README.md') },
      { text: 'Theory', link: linkTo('docs/theory.md') },
      { text: 'Claims', link: linkTo('docs/claims.md') },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: {
      '/reference/': referenceSidebar(),
      '/': Object.entries(SECTIONS).map(([text, pages]) => ({
        text,
        items: pages.map((page) => ({ text: titleOf(page), link: linkTo(page) })),
      })),
    },
    footer: { message: 'MIT licence' },
  },
  buildEnd({ outDir }) {
    copyFileSync(join(root, 'public/favicon.svg'), join(outDir, 'favicon.svg'));
    for (const file of files) {
      mkdirSync(dirname(join(outDir, file)), { recursive: true });
      copyFileSync(join(root, file), join(outDir, file));
    }
  },
});
