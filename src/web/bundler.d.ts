/** Style sheets that a script brings along; the bundler takes them out of it. */
declare module '*.css';

interface ImportMeta {
  /** What the bundler knows of the build. */
  readonly env: { readonly MODE: string };
}
