"use strict";
(async () => {
  const unpacked = (element) => {
    const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };
  const plotly = document.createElement("script");
  plotly.textContent = await unpacked(document.getElementById("plotly"));
  document.head.append(plotly);

  const WHITE = "#ffffff";
  const dark = JSON.parse(document.getElementById("dark-colours").textContent);
  const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const lightColours = new RegExp(Object.keys(dark).map(literal).join("|"), "g");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const sources = new Map(
    [...document.querySelectorAll("script[data-figure]")].map((element) => [element.dataset.figure, element.textContent]),
  );

  const figure = (name, isDark) =>
    JSON.parse(isDark ? sources.get(name).replace(lightColours, (colour) => dark[colour]) : sources.get(name));

  const download = (format, scale) => (host) => {
    const { data, layout } = figure(host.dataset.name, false); // for paper, whatever the page looks like
    const size = host.getBoundingClientRect();
    Plotly.downloadImage(
      { data, layout: { ...layout, paper_bgcolor: WHITE, width: size.width, height: size.height } },
      { format, scale, width: size.width, height: size.height, filename: host.dataset.name },
    );
  };

  // Named one by one: Plotly's own set holds a button that would upload the figure.
  const config = {
    responsive: true,
    displaylogo: false,
    modeBarButtons: [
      [
        { name: "svg", title: "Download as SVG", icon: Plotly.Icons.disk, click: download("svg", 1) },
        { name: "png", title: "Download as PNG", icon: Plotly.Icons.camera, click: download("png", 2) },
      ],
      ["zoom2d", "pan2d", "resetScale2d"],
    ],
  };

  const paperSize = (host, height) =>
    host.closest(".samples") ? { width: 300, height: 0.85 * height } : { width: 660, height: Math.min(height, 170 + 0.4 * height) };

  // Figures made of square pixels say how high they are for their width.
  const fitted = (host, { meta, height }) => {
    if (!meta?.aspect) return {};
    return { height: Math.min(height, Math.max(90, (host.clientWidth - meta.beside) * meta.aspect + meta.frame)) };
  };

  const drawOne = (name, isDark, forPaper) => {
    const host = document.getElementById(`figure-${name}`);
    const { data, layout } = figure(name, isDark);
    const size = forPaper ? paperSize(host, layout.height) : fitted(host, layout);
    Plotly.react(host, data, { ...layout, ...size, autosize: !forPaper }, config);
  };
  const draw = (isDark, forPaper) => {
    for (const name of sources.keys()) drawOne(name, isDark, forPaper);
  };

  let opened = []; // details that were opened for paper
  const open = () => {
    opened = [...document.querySelectorAll("details.paper:not([open])")];
    opened.forEach((element) => (element.open = true));
  };
  const close = () => opened.forEach((element) => (element.open = false));

  prefersDark.addEventListener("change", () => draw(prefersDark.matches, false));
  addEventListener("beforeprint", () => {
    open();
    draw(false, true);
  });
  addEventListener("afterprint", () => {
    close();
    draw(prefersDark.matches, false);
  });

  for (const name of sources.keys()) {
    drawOne(name, prefersDark.matches, false);
    await new Promise((done) => setTimeout(done)); // the page can be read and scrolled meanwhile
  }
})();
