/** VitePress's own theme with the fonts of the reader's machine, and tables that hold sentences. */
import theme from 'vitepress/theme-without-fonts';
import './tables.css';

export default theme;
