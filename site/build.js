/** Builds site/dist: the reference from the docstrings, then all pages by VitePress. Needs no network. */
import { build } from 'vitepress';
import { writeReference } from './reference.js';
import { root } from './root.js';

await writeReference();
await build(`${root}/site`);
