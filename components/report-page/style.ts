/** The style of a page. Words and patterns say what colours say. */
export const STYLE = `
:root{color-scheme:light}
body{font:15px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:0 auto;padding:1rem;max-width:1140px}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.25rem 0 .75rem;overflow-wrap:anywhere}
.wide{overflow-x:auto}
.wide svg{display:block;width:100%;min-width:900px;height:auto}
svg text{font:11px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#1b1b1b}
table{border-collapse:collapse;font-size:.9rem}
th,td{text-align:left;padding:.2rem .9rem .2rem 0;border-bottom:1px solid #ddd;white-space:nowrap;vertical-align:top}
td.number,th.number{text-align:right}
summary{cursor:pointer}
.node rect{fill:#f4f6f8;stroke:#51606e}
.edge{fill:none;stroke:#51606e}.mounted{stroke-dasharray:4 3}
.group>rect{fill:#dfe6ec;stroke:#51606e}
.part>rect{fill:#f7f9fa;stroke:#9aa7b3}
.build>rect{fill:#8a5a00;stroke:#8a5a00}
.container>rect{fill:#fff;stroke:#0b5cad;stroke-width:2}
.tick{stroke:#ddd}
`;
