/** Style sheets that a script brings along; the bundler takes them out of it. */
declare module '*.css';
