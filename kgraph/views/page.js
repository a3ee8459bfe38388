"use strict";
// The landscape: what is drawn over the map, and all that a person can do with it. A map (vis.js for small
// graphs, sigma.js for large ones) keeps the camera and the pointer: drawMap(element, hooks) returns
// { view, look, repaint, recolor, update, move, select }.
// Whatever comes from a paper enters the page by textContent or a canvas, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { page } = data;
  // Columns -> objects. A column of few values stands as { values, at: an index for each }.
  const rows = (columns) => {
    const full = Object.entries(columns).map(([name, column]) => [
      name, Array.isArray(column) ? column : column.at.map((i) => column.values[i]),
    ]);
    return full[0][1].map((_, id) => {
      const row = { id };
      for (const [name, column] of full) row[name] = column[id];
      return row;
    });
  };
  const nodes = rows(data.nodes);
  const edges = rows(data.edges);
  const $ = (id) => document.getElementById(id);
  const phone = matchMedia("(max-width: 720px)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const number = new Intl.NumberFormat("en");
  const ORDER = ["method", "model", "dataset", "task", "metric", "paper", "other"];
  const SHAPES = { method: "disc", model: "square", dataset: "diamond", task: "triangle", metric: "hexagon" };
  const NAMES = {
    method: "Methods", model: "Models", dataset: "Datasets", task: "Tasks", metric: "Metrics", paper: "Papers", other: "Other",
  };

  // How a relation reads from its source, from its target, and how its line looks.
  const RELATIONS = {
    introduces: ["introduces", "introduced in", 1.3],
    extends: ["extends", "extended by", 1.5],
    compares: ["compares", "compared in", 1],
    evaluates: ["evaluates", "evaluated in", 1],
    uses: ["uses", "used in", 1],
    mentions: ["mentions", "mentioned in", 0.7],
    builds_on: ["builds on", "built on by", 1.2, [6, 4]],
    cites: ["cites", "cited by", 0.8],
    is_a: ["is a", "kinds of it", 1.3],
    part_of: ["part of", "its parts", 1.3],
    trained_on: ["trained on", "trained on it", 1.3],
    evaluated_on: ["evaluated on", "evaluated on it", 1.3],
    compared_with: ["compared with", "compared with", 1.3, [2, 3]],
    used_for: ["used for", "what is used for it", 1.3],
    appears_with: ["appears with", "appears with", 0.7],
  };
  const phrase = (relation, forth) => (RELATIONS[relation] || [])[forth ? 0 : 1] || relation.replaceAll("_", " ");
  const rankOf = (relation) => Object.keys(RELATIONS).indexOf(relation);
  const plural = (n, word) => `${number.format(n)} ${word}${n === 1 ? "" : "s"}`;

  // ---- the graph, indexed ------------------------------------------------------------------
  const around = nodes.map(() => []);
  edges.forEach((edge) => {
    around[edge.from].push(edge);
    if (edge.to !== edge.from) around[edge.to].push(edge);
    edge.shown = true;
  });
  nodes.forEach((node) => {
    node.isPaper = node.type === "paper";
    node.home = [node.x, node.y]; // in a neighbourhood it stands elsewhere
    node.shown = true;
    node.year = /^\d{4}/.test(node.since || "") ? Number(node.since.slice(0, 4)) : null;
    node.short = node.label.length > 34 ? node.label.slice(0, 32).trimEnd() + "…" : node.label;
  });
  const other = (edge, id) => (edge.from === id ? edge.to : edge.from);
  const ranked = [...nodes].sort(
    (a, b) => a.isPaper - b.isPaper || b.size - a.size || around[b.id].length - around[a.id].length || a.id - b.id,
  );
  ranked.forEach((node, rank) => { node.rank = rank; });
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const regions = page.regions.map(([name, members]) => ({ name, members, shown: members.length }));
  regions.forEach((region) => region.members.forEach((id) => { nodes[id].region = region; }));

  const count = (items) => items.reduce((sums, item) => sums.set(item, (sums.get(item) || 0) + 1), new Map());
  const types = [...count(nodes.map((node) => node.type))].sort((a, b) => ORDER.indexOf(a[0]) - ORDER.indexOf(b[0]));
  const relations = [...count(edges.map((edge) => edge.relation))].sort((a, b) => rankOf(a[0]) - rankOf(b[0]));
  const mostlyPapers = nodes.filter((node) => node.isPaper).length > 0.8 * nodes.length;
  const years = count(nodes.map((node) => node.year).filter(Boolean));
  const firstYear = Math.min(...years.keys());
  const lastYear = Math.max(...years.keys());
  const most = nodes.reduce((top, node) => (node.isPaper ? top : Math.max(top, node.papers)), 1);

  const state = {
    types: new Set(types.map(([type]) => type)),
    relations: new Set(relations.map(([relation]) => relation)),
    minimum: 1,
    from: firstYear,
    until: lastYear,
    focus: null,
    selected: null,
    hovered: null,
  };

  // ---- small builders ----------------------------------------------------------------------
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const draw = (tag, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const outline = (shape, x, y, r) => {
    if (shape === "square") return [[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]].map(near(x, y, 0.88));
    if (shape === "diamond") return [[x, y - r], [x + r, y], [x, y + r], [x - r, y]].map(near(x, y, 1.18));
    const sides = shape === "triangle" ? 3 : 6;
    return Array.from({ length: sides }, (_, i) => {
      const angle = (2 * Math.PI * i) / sides - Math.PI / 2;
      return [x + 1.12 * r * Math.cos(angle), y + 1.12 * r * Math.sin(angle)];
    });
  };
  const near = (x, y, part) => ([a, b]) => [x + (a - x) * part, y + (b - y) * part];
  const swatch = (type, hollow) => {
    const shape = SHAPES[type] || "disc";
    const form = shape === "disc"
      ? draw("circle", { r: type === "paper" ? 4 : 6.5 })
      : draw("polygon", { points: outline(shape, 0, 0, 6.2).map((point) => point.join(",")).join(" ") });
    form.style.fill = `var(--${type}, var(--other))`;
    const hole = draw("circle", { r: hollow ? 2.8 : 0 });
    hole.style.fill = "var(--surface)";
    return draw("svg", { viewBox: "-8 -8 16 16", class: "swatch", "aria-hidden": "true" }, form, hole);
  };

  // ---- colours -----------------------------------------------------------------------------
  const colors = {};
  const premultiplied = {}; // of lines, by their strength
  const probe = document.body.appendChild(make("i", { hidden: "" }));
  const readColors = () => {
    for (const name of [...ORDER, "ground", "ink", "soft", "edge", "accent", "island", "shore"]) {
      probe.style.color = `var(--${name})`;
      colors[name] = getComputedStyle(probe).color;
    }
    const [r, g, b] = colors.edge.match(/[\d.]+/g).map(Number);
    [0, 1, 2, 3, 4, 5].forEach((level) => {
      const a = Math.max(0.02, 0.7 * faint(level));
      premultiplied[level] = `rgba(${[r, g, b].map((part) => Math.round(part * a)).join(",")},${a.toFixed(3)})`;
    });
  };
  const crowd = Math.min(1, 24 / Math.sqrt(edges.length + 1)); // many edges, fainter lines
  const faint = (level) => (0.2 + 0.14 * (level % 3)) * (0.4 + 0.6 * crowd) * (level < 3 ? 0.55 : 1.25);
  // The stronger the higher; lines between two regions, which would lie like fog on all others, below those within one.
  const levelOf = ({ strength, from, to }) =>
    (strength > 0.6 ? 2 : strength > 0.25 ? 1 : 0) + (nodes[from].region === nodes[to].region ? 3 : 0);

  // ---- drawing: sizes grow with the root of the scale, so that far off all is seen, near by all has room ------
  let map = null;
  const view = { x: 0, y: 0, scale: 1, width: 1, height: 1 };
  const sizeOf = (node) => (node.isPaper ? 0.6 : 0.8) * node.size;
  const radiusOf = (node) => sizeOf(node) / Math.sqrt(view.scale); // in units of the map
  let lit = null; // ids that stand out: the hovered or selected node and its neighbours
  const light = () => {
    const centre = state.hovered ?? state.selected;
    lit = centre === null || !nodes[centre].shown ? null : new Set([centre]);
    if (lit) around[centre].forEach((edge) => edge.shown && lit.add(other(edge, centre)));
  };
  const centreOf = () => (lit ? state.hovered ?? state.selected : null);
  const readView = () => { if (map) Object.assign(view, map.view()); };
  const ratioOf = (ctx) => ctx.canvas.width / view.width;
  const toMap = (ctx) => { // from here on in units of the map
    const k = ratioOf(ctx) * view.scale;
    ctx.setTransform(k, 0, 0, k, ratioOf(ctx) * view.width / 2 - k * view.x, ratioOf(ctx) * view.height / 2 - k * view.y);
  };
  const toScreen = (ctx) => ctx.setTransform(ratioOf(ctx), 0, 0, ratioOf(ctx), 0, 0);
  const screenOf = (node) => [
    (node.x - view.x) * view.scale + view.width / 2, (node.y - view.y) * view.scale + view.height / 2,
  ];

  const tracePath = (ctx, shape, x, y, r) => {
    ctx.beginPath();
    if (shape === "disc") ctx.arc(x, y, r, 0, 2 * Math.PI);
    else outline(shape, x, y, r).forEach(([a, b], i) => (i ? ctx.lineTo(a, b) : ctx.moveTo(a, b)));
    ctx.closePath();
  };
  const drawNode = (ctx, node, x, y) => {
    const shape = SHAPES[node.type] || "disc";
    const r = radiusOf(node);
    const pixel = 1 / view.scale;
    ctx.save();
    ctx.globalAlpha = lit && !lit.has(node.id) ? 0.12 : 1;
    ctx.lineJoin = "round";
    tracePath(ctx, shape, x, y, r);
    ctx.fillStyle = colors[node.type] || colors.other;
    ctx.fill();
    if (r * view.scale > 3) {
      ctx.lineWidth = 1.2 * pixel;
      ctx.strokeStyle = colors.ground;
      ctx.stroke();
    }
    if (node.introduced && r * view.scale > 3) {
      tracePath(ctx, shape, x, y, r * 0.42);
      ctx.fillStyle = colors.ground;
      ctx.fill();
    }
    if (node.id === state.selected) {
      tracePath(ctx, shape, x, y, r + 4 * pixel);
      ctx.lineWidth = 2 * pixel;
      ctx.strokeStyle = colors.accent;
      ctx.stroke();
    }
    ctx.restore();
  };

  // Each region is an island under its nodes; drawn once, then shown as a picture.
  const SHORE = 46;
  let islands = null;
  const drawIslands = (ctx) => {
    if (!islands || state.focus !== null) return;
    toMap(ctx);
    ctx.imageSmoothingEnabled = true;
    ctx.globalAlpha = lit ? 0.5 : 1;
    ctx.drawImage(islands.canvas, islands.x, islands.y, islands.span, islands.span);
    ctx.globalAlpha = 1;
  };
  const raiseIslands = () => {
    if (!regions.length) return;
    const reach = nodes.reduce((far, { home: [x, y], size }) => Math.max(far, Math.abs(x) + size, Math.abs(y) + size), 1) + 1.2 * SHORE;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = nodes.length > 5000 ? 2048 : 1536;
    const ctx = canvas.getContext("2d");
    const k = canvas.width / (2 * reach);
    const shore = Math.max(SHORE, (nodes.length > 5000 ? 9 : 3) / k);
    for (const { members } of regions) {
      for (const [color, width] of [[colors.shore, 1.6], [colors.island, 0]]) {
        ctx.fillStyle = color;
        ctx.beginPath();
        for (const node of members.map((id) => nodes[id])) {
          const [x, y] = [node.home[0], node.home[1]].map((at) => (at + reach) * k);
          ctx.moveTo(x, y);
          ctx.arc(x, y, (node.size + shore) * k + width, 0, 2 * Math.PI);
        }
        ctx.fill();
      }
    }
    islands = { canvas, x: -reach, y: -reach, span: 2 * reach };
  };
  regions.forEach((region) => {
    const xs = region.members.map((id) => nodes[id].x).sort((a, b) => a - b);
    const ys = region.members.map((id) => nodes[id].y).sort((a, b) => a - b);
    const at = (values, part) => values[Math.floor(part * (values.length - 1))];
    region.x = at(xs, 0.5);
    region.top = at(ys, 0.04) - SHORE;
    region.y = at(ys, 0.5);
    region.width = at(xs, 0.96) - at(xs, 0.04) + 2 * SHORE;
    region.height = at(ys, 0.96) - at(ys, 0.04) + 2 * SHORE;
  });

  const onScreen = (a, b) => {
    const w = view.width / 2 / view.scale;
    const h = view.height / 2 / view.scale;
    return !(
      Math.max(a.x, b.x) < view.x - w || Math.min(a.x, b.x) > view.x + w ||
      Math.max(a.y, b.y) < view.y - h || Math.min(a.y, b.y) > view.y + h
    );
  };
  const drawEdges = (ctx) => {
    const centre = centreOf();
    const bundles = new Map(); // relation and level -> edges that share one stroke
    for (const edge of edges) {
      if (!edge.shown || !onScreen(nodes[edge.from], nodes[edge.to])) continue;
      if (centre !== null && (edge.from === centre || edge.to === centre)) continue;
      const level = levelOf(edge);
      const name = edge.relation + level;
      if (!bundles.has(name)) bundles.set(name, { relation: edge.relation, level, edges: [] });
      bundles.get(name).edges.push(edge);
    }
    ctx.strokeStyle = colors.edge;
    for (const bundle of bundles.values()) {
      const [, , width, dash] = RELATIONS[bundle.relation] || [0, 0, 1];
      ctx.globalAlpha = lit ? 0.06 : faint(bundle.level);
      ctx.lineWidth = (width * (0.8 + 0.2 * (bundle.level % 3))) / view.scale;
      ctx.setLineDash(dash && bundle.edges.length < 1500 ? dash.map((length) => length / view.scale) : []);
      ctx.beginPath();
      for (const { from, to } of bundle.edges) {
        ctx.moveTo(nodes[from].x, nodes[from].y);
        ctx.lineTo(nodes[to].x, nodes[to].y);
      }
      ctx.stroke();
    }
  };
  const drawBright = (ctx) => {
    const centre = centreOf();
    if (centre === null) return;
    for (const edge of around[centre]) if (edge.shown) drawBrightEdge(ctx, edge, nodes[other(edge, centre)]);
  };
  const drawBrightEdge = (ctx, edge, far) => {
    const [, , width, dash] = RELATIONS[edge.relation] || [0, 0, 1];
    const [a, b] = [nodes[edge.from], nodes[edge.to]];
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const tip = radiusOf(b) + 3 / view.scale;
    const many = lit.size > 60;
    ctx.globalAlpha = (edge.relation === "appears_with" ? 0.4 : 0.85) * (many ? 0.6 : 1);
    ctx.strokeStyle = ctx.fillStyle = colors[far.type] || colors.other;
    ctx.lineWidth = (width + (many ? 0 : 0.5)) / view.scale;
    ctx.setLineDash((dash || []).map((part) => part / view.scale));
    ctx.beginPath();
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x - ux * tip, b.y - uy * tip);
    ctx.stroke();
    if (edge.arrow) drawHead(ctx, a, b, tip, 8 / view.scale);
  };
  // The head of an arrow from a to b, its point `tip` before the middle of b.
  const drawHead = (ctx, a, b, tip, head) => {
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length < tip) return;
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    ctx.beginPath();
    ctx.moveTo(b.x - ux * tip, b.y - uy * tip);
    ctx.lineTo(b.x - ux * (tip + head) - uy * head * 0.45, b.y - uy * (tip + head) + ux * head * 0.45);
    ctx.lineTo(b.x - ux * (tip + head) + uy * head * 0.45, b.y - uy * (tip + head) - ux * head * 0.45);
    ctx.fill();
  };
  // Near by, directed lines have heads; far off they would be dust.
  const NEAR = 0.8;
  const drawHeads = (ctx) => {
    if (view.scale < NEAR || lit) return;
    toMap(ctx);
    ctx.fillStyle = colors.edge;
    ctx.globalAlpha = 0.6;
    for (const edge of edges) {
      const [a, b] = [nodes[edge.from], nodes[edge.to]];
      if (edge.arrow && edge.shown && onScreen(b, b)) drawHead(ctx, a, b, radiusOf(b) + 2 / view.scale, 6 / view.scale);
    }
    ctx.globalAlpha = 1;
  };

  // Labels in order of rank, each where it hits none before it: more of them as one zooms in.
  const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  const TRIES = 900; // names that may fail to find a place, so that a crowd costs no time
  const drawLabels = (ctx) => {
    const placed = []; // boxes that no later label may touch
    const room = (view.width * view.height) / (phone.matches ? 9000 : 12000);
    const stars = lit ? [...lit].map((id) => nodes[id]) : ranked.slice(0, 80);
    const blocks = stars.filter((node) => node.shown && sizeOf(node) * Math.sqrt(view.scale) > 4).map(boxOf);
    const centre = centreOf();
    const order = lit ? [nodes[centre], ...[...lit].map((id) => nodes[id]).filter(({ id }) => id !== centre).sort((a, b) => a.rank - b.rank)] : ranked;
    ctx.save();
    toScreen(ctx);
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.textAlign = "center";
    ctx.textBaseline = "top";
    ctx.lineJoin = "round";
    if (!lit && state.focus === null) drawRegionNames(ctx, placed);
    const names = placed.length;
    const right = view.width - covered();
    let tries = 0;
    for (const node of order) {
      if (placed.length - names > room || tries > TRIES) break;
      if (node.shown && drawLabel(ctx, node, node.id === centre, placed, blocks, right) === false) tries += 1;
    }
    ctx.restore();
    document.documentElement.dataset.labels = placed.length;
    page.placed = placed;
  };
  const boxOf = (node) => {
    const [x, y] = screenOf(node);
    const r = radiusOf(node) * view.scale * 0.8;
    return [x - r, y - r, x + r, y + r, node.rank];
  };
  const meet = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
  const write = (ctx, text, x, y, fill) => {
    ctx.lineWidth = 3.5;
    ctx.strokeStyle = colors.ground;
    ctx.fillStyle = fill;
    ctx.strokeText(text, x, y);
    ctx.fillText(text, x, y);
  };
  // Above each island, while it is neither a speck nor all that is seen.
  const drawRegionNames = (ctx, placed) => {
    for (const region of regions) {
      const width = region.width * view.scale;
      if (width < 36 || width > 1.4 * view.width || region.shown < 3) continue;
      const size = (phone.matches ? 11 : 12) + Math.round(3 * Math.sqrt(region.members.length / regions[0].members.length));
      ctx.font = `italic 600 ${size}px ${FONT}`;
      const half = (region.half ??= ctx.measureText(region.name).width / 2) + 6;
      const x = (region.x - view.x) * view.scale + view.width / 2;
      const y = (region.top - view.y) * view.scale + view.height / 2 - size - 2;
      const box = [x - half, y - 3, x + half, y + size + 4];
      if (box[0] < 0 || box[2] > view.width || y < 2 || y > view.height - size || placed.some((p) => meet(box, p))) continue;
      placed.push(box);
      write(ctx, region.name, x, y, colors.soft);
    }
  };
  const drawLabel = (ctx, node, isCentre, placed, blocks, right) => {
    const radius = radiusOf(node) * view.scale;
    const [at, middle] = screenOf(node);
    const away = radius * (SHAPES[node.type] === "diamond" ? 1.18 : 1) + 3;
    if (at < 0 || at > right || middle < -20 || middle > view.height + 20) return null;
    if (!lit && (radius < 2 || (node.isPaper && view.scale < 1.1 && !mostlyPapers))) return null;
    const size = node.isPaper ? 11 : Math.round(10.5 + node.size / 5.5 + (isCentre ? 2 : 0));
    ctx.font = `${isCentre || node.size > 20 ? 600 : 500} ${size}px ${FONT}`;
    const text = isCentre ? node.label.slice(0, 90) : node.short;
    const memory = (node.widths ??= {});
    const half = (memory[ctx.font + text.length] ??= ctx.measureText(text).width) / 2 + 4;
    const x = 2 * half < right ? Math.min(Math.max(at, half), right - half) : at;
    const clear = (top) => {
      const box = [x - half, top - 2, x + half, top + size + 3];
      return !placed.some((p) => meet(box, p)) && !blocks.some((b) => b[4] < node.rank && meet(box, b));
    };
    const y = [middle + away, middle - away - size].find(clear) ?? (isCentre ? middle + away : null);
    if (y === null) return false;
    placed.push([x - half, y - 2, x + half, y + size + 3]);
    write(ctx, text, x, y, node.isPaper && !isCentre ? colors.edge : colors.ink);
    return true;
  };

  const big = Boolean(data.big); // nodes and edges are drawn by WebGL between the two layers
  const drawBelow = (ctx) => {
    readView();
    ctx.save();
    drawIslands(ctx);
    toMap(ctx);
    if (!big) {
      drawEdges(ctx);
      drawBright(ctx);
    }
    drawHeads(ctx);
    ctx.restore();
  };
  const drawAbove = (ctx) => {
    readView();
    if (big && lit) {
      ctx.save();
      toScreen(ctx);
      ctx.globalAlpha = 0.86;
      ctx.fillStyle = colors.ground;
      ctx.fillRect(0, 0, view.width, view.height);
      toMap(ctx);
      drawBright(ctx);
      ctx.setLineDash([]);
      lit.forEach((id) => drawNode(ctx, nodes[id], nodes[id].x, nodes[id].y));
      ctx.restore();
    }
    drawLabels(ctx);
  };

  // ---- the camera --------------------------------------------------------------------------
  const fit = (ids, moving = true) => {
    const shown = ids || nodes.filter((node) => node.shown).map((node) => node.id);
    if (!shown.length) return;
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const id of shown) {
      const node = nodes[id];
      left = Math.min(left, node.x - node.size);
      right = Math.max(right, node.x + node.size);
      top = Math.min(top, node.y - node.size);
      bottom = Math.max(bottom, node.y + node.size);
    }
    const [x, y, width, height] = free();
    const scale = Math.min((width - 60) / (right - left + 1), (height - 70) / (bottom - top + 1), 1.6);
    lookAt((left + right) / 2, (top + bottom) / 2, scale, x + width / 2, y + height / 2, moving);
  };
  const goToRegion = (region) => {
    closeFilters();
    if (state.focus !== null) setPlace(state.selected, null);
    fit(region.members);
  };
  // The part of the map that neither the card nor, on a phone, the top covers.
  const free = () => {
    const [width, height] = [$("map").clientWidth, $("map").clientHeight];
    const bar = $("focus").hidden ? 0 : 52;
    const top = phone.matches ? $("panel").querySelector("header").offsetHeight + 70 : bar;
    if (phone.matches && !$("card").hidden) return [0, top, width, Math.max(120, $("card").offsetTop - top)];
    return [0, top, Math.max(240, width - covered()), height - top];
  };
  // Pixels on the right that lie under the card.
  const covered = () => ($("card").hidden || phone.matches ? 0 : $("card").offsetWidth + 24);
  const lookAt = (x, y, scale, atX, atY, moving = true) => {
    const place = { x: x - (atX - $("map").clientWidth / 2) / scale, y: y - (atY - $("map").clientHeight / 2) / scale, scale };
    map.look(place, moving && !still.matches);
  };
  const centreOnNode = (node) => {
    const [x, y, width, height] = free();
    readView();
    const wanted = scaleFor(node, Math.min(width, height));
    const scale = view.scale < wanted || view.scale > 4 * wanted ? wanted : view.scale;
    lookAt(node.x, node.y, scale, x + width / 2, y + height / 2);
  };
  // So near that its nearest neighbours are just in sight.
  const scaleFor = (node, size) => {
    const away = around[node.id].map((edge) => nodes[other(edge, node.id)])
      .map((far) => Math.hypot(far.x - node.x, far.y - node.y)).filter(Boolean).sort((a, b) => a - b);
    const reach = away[Math.min(14, away.length - 1)] || 1;
    return Math.min(1, Math.max(0.25, (0.42 * size) / reach));
  };
  const zoom = (factor) => {
    readView();
    map.look({ x: view.x, y: view.y, scale: view.scale * factor }, !still.matches);
  };
  const pan = (right, down) => {
    readView();
    map.look({ x: view.x + (90 * right) / view.scale, y: view.y + (90 * down) / view.scale, scale: view.scale }, false);
  };

  // ---- filters -----------------------------------------------------------------------------
  const focused = () => {
    if (state.focus === null) return null;
    return new Set([state.focus, ...around[state.focus].map((edge) => other(edge, state.focus))]);
  };
  // A neighbourhood stands in rings around its middle, what is tied closest nearest, papers outside; on the map
  // itself neighbours may lie far off or on top of each other.
  const RING = { first: 130, step: 78, room: 84, wide: 1.35 };
  let gathered = [];
  const gather = () => {
    const before = gathered;
    for (const node of before) [node.x, node.y] = node.home;
    gathered = state.focus === null ? [] : ringed(nodes[state.focus]);
    if (before.length || gathered.length) map.move([...new Set([...before, ...gathered])]);
  };
  const ringed = (centre) => {
    const tie = new Map();
    for (const edge of around[centre.id]) {
      const id = other(edge, centre.id);
      if (id !== centre.id) tie.set(id, Math.max(tie.get(id) || 0, edge.strength));
    }
    const queue = [...tie.keys()].map((id) => nodes[id])
      .sort((a, b) => a.isPaper - b.isPaper || tie.get(b.id) - tie.get(a.id) || a.rank - b.rank);
    for (let radius = RING.first, at = 0; at < queue.length; radius += RING.step) {
      const ring = queue.slice(at, (at += Math.floor((2 * Math.PI * radius) / RING.room)));
      ring.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type) || a.rank - b.rank);
      ring.forEach((node, i) => {
        const angle = (2 * Math.PI * (i + radius / RING.step / 2)) / ring.length - Math.PI / 2;
        node.x = centre.x + RING.wide * radius * Math.cos(angle);
        node.y = centre.y + radius * Math.sin(angle);
      });
    }
    return queue;
  };
  const narrowed = () => state.minimum > 1 || state.relations.size < relations.length;
  const allYears = () => state.from <= firstYear && state.until >= lastYear;
  let undated = 0; // nodes that only their want of a date keeps out
  const refresh = () => {
    const inFocus = focused();
    const everyYear = allYears();
    const passesElse = (node) =>
      state.types.has(node.type) &&
      (node.isPaper || node.papers >= state.minimum) &&
      (!inFocus || inFocus.has(node.id));
    // What has no date is in none of the years that one chose.
    const inYears = (node) => everyYear || (node.year !== null && node.year >= state.from && node.year <= state.until);
    const passes = (node) => passesElse(node) && inYears(node);
    undated = everyYear ? 0 : nodes.filter((node) => node.year === null && passesElse(node)).length;
    const before = nodes.map((node) => node.shown);
    const lines = edges.map((edge) => edge.shown);
    nodes.forEach((node) => { node.shown = passes(node); });
    edges.forEach((edge) => {
      edge.shown = state.relations.has(edge.relation) && nodes[edge.from].shown && nodes[edge.to].shown;
    });
    // A node that a filter left without any edge tells nothing, unless it never had one.
    nodes.forEach((node) => {
      if (node.shown && (narrowed() || node.isPaper) && around[node.id].length && !around[node.id].some((edge) => edge.shown))
        node.shown = node.id === state.selected || node.id === state.focus;
    });
    regions.forEach((region) => {
      region.shown = region.members.reduce((sum, id) => sum + nodes[id].shown, 0);
    });
    const changed = nodes.filter((node, i) => node.shown !== before[i]);
    if (changed.length || edges.some((edge, i) => edge.shown !== lines[i])) map.update(changed);
    light();
    say();
    map.repaint();
  };

  // What is shown of what, and why not all.
  const say = () => {
    const shown = nodes.reduce((sum, node) => sum + node.shown, 0);
    const links = edges.reduce((sum, edge) => sum + edge.shown, 0);
    const listed = (all, set, names) => all.map(([value]) => value).filter((value) => !set.has(value)).map(names);
    const off = listed(types, state.types, (type) => (NAMES[type] || type).toLowerCase());
    const lost = listed(relations, state.relations, (relation) => `“${phrase(relation, true)}”`);
    const some = (list, many) => (list.length > 3 ? `${list.length} ${many}` : list.join(", "));
    const reasons = [
      state.focus === null ? null : `only what is near ${nodes[state.focus].short}`,
      off.length ? `without ${some(off, "types")}` : null,
      lost.length ? `without ${some(lost, "relations")}` : null,
      state.minimum > 1 ? `in at least ${plural(state.minimum, "paper")}` : null,
      allYears() ? null : `first seen ${state.from === state.until ? `in ${state.from}` : `${state.from} to ${state.until}`}` +
        (undated ? ` (+ ${number.format(undated)} undated)` : ""),
    ].filter(Boolean);
    const part = page.shown < page.total;
    const whole = part ? `${number.format(page.shown)} of ${number.format(page.total)}` : plural(page.shown, "node");
    const first = reasons.length
      ? [make("strong", {}, number.format(shown)), ` of ${plural(page.shown, "node")}: ${reasons.join("; ")}. `]
      : part
        ? [make("strong", {}, whole), " nodes, the strongest"]
        : [make("strong", {}, whole)];
    const known = page.shownEdges < page.totalEdges ? page.totalEdges : page.shownEdges;
    const now = links < known ? `${number.format(links)} of ${plural(known, "relation")}` : plural(links, "relation");
    const why = !reasons.length && page.shownEdges < page.totalEdges && !part ? ", the strongest" : "";
    $("statement").replaceChildren(...first, reasons.length ? now : `, ${now}`, why);
    $("why").hidden = !page.why;
    $("why").textContent = page.why || "";
    document.documentElement.dataset.shown = shown;
    $("reset").disabled = !reasons.filter((reason) => !reason.startsWith("only")).length;
  };
  const toggle = (set, value, picture, name, total) => {
    const button = make(
      "button",
      { type: "button", class: "toggle", "aria-pressed": "true", "data-value": value, title: "Double-click, or Shift: only this" },
      picture, make("span", { class: "name" }, name), make("span", { class: "count" }, number.format(total)),
    );
    const only = () => { set.clear(); set.add(value); };
    button.addEventListener("click", (event) => {
      if (event.detail > 1) return;
      if (event.shiftKey) only();
      else if (!set.delete(value)) set.add(value);
      changed();
    });
    button.addEventListener("dblclick", () => { only(); changed(); });
    return button;
  };
  const changed = () => {
    paintControls();
    refresh();
    remember();
  };
  const paintControls = () => {
    document.querySelectorAll("#types .toggle, #relations .toggle").forEach((button) => {
      const set = button.parentElement.id === "types" ? state.types : state.relations;
      button.setAttribute("aria-pressed", set.has(button.dataset.value));
    });
    $("minimum").value = state.minimum;
    $("minimum-value").textContent = plural(state.minimum, "paper");
    $("from").value = state.from;
    $("until").value = state.until;
    $("years-value").textContent = state.from === state.until ? state.until : `${state.from} to ${state.until}`;
    document.querySelectorAll("#bars rect").forEach((bar) => {
      const year = Number(bar.dataset.year);
      bar.classList.toggle("off", year < state.from || year > state.until);
    });
  };
  const line = (relation) => {
    const [, , width, dash] = RELATIONS[relation] || [0, 0, 1];
    const stroke = draw("path", { d: "M-8 0H8", "stroke-width": 1.4 * width });
    if (dash) stroke.setAttribute("stroke-dasharray", dash.map((part) => part / 1.6).join(" "));
    stroke.style.stroke = "var(--edge)";
    return draw("svg", { viewBox: "-8 -8 16 16", class: "swatch", "aria-hidden": "true" }, stroke);
  };
  $("types").append(...types.map(([type, total]) => toggle(state.types, type, swatch(type), NAMES[type] || type, total)));
  if (nodes.some((node) => node.introduced))
    $("types").append(make("p", { class: "key" }, swatch("method", true), "introduced by a paper here"));
  $("relations").append(
    ...relations.map(([relation, total]) => toggle(state.relations, relation, line(relation), phrase(relation, true), total)),
  );
  $("relations").parentElement.hidden = !relations.length;
  $("regions").append(...regions.map((region) =>
    make("button", { type: "button", class: "region", title: region.name, onclick: () => goToRegion(region) },
      make("span", { class: "name" }, region.name), make("span", { class: "count" }, number.format(region.members.length)))));
  $("regions").parentElement.hidden = !regions.length;

  $("minimum").max = Math.min(most, 40);
  $("minimum").parentElement.hidden = most < 2;
  $("minimum").addEventListener("input", (event) => { state.minimum = Number(event.target.value); changed(); });

  $("years").hidden = !(firstYear < lastYear);
  const drawBars = () => {
    const span = lastYear - firstYear + 1;
    const top = Math.max(...years.values());
    $("bars").setAttribute("viewBox", `0 0 ${span} 1`);
    for (const [year, total] of years) {
      const tall = Math.max(0.04, Math.sqrt(total / top));
      const bar = draw("rect", { x: year - firstYear + 0.08, y: 1 - tall, width: 0.84, height: tall, "data-year": year });
      bar.append(draw("title", {}, `${year}: ${plural(total, "node")}`));
      $("bars").append(bar);
    }
    for (const id of ["from", "until"]) Object.assign($(id), { min: firstYear, max: lastYear });
  };
  if (!$("years").hidden) drawBars();
  let playing = null;
  const stop = () => {
    clearInterval(playing);
    playing = null;
    $("play").textContent = "▶";
    $("play").setAttribute("aria-label", "Play the years");
  };
  const setYears = (from, until) => {
    Object.assign(state, { from, until });
    changed();
  };
  $("from").addEventListener("input", (event) => {
    stop();
    const from = Number(event.target.value);
    setYears(from, Math.max(from, state.until));
  });
  $("until").addEventListener("input", (event) => {
    stop();
    const until = Number(event.target.value);
    setYears(Math.min(state.from, until), until);
  });
  $("play").addEventListener("click", () => {
    if (playing) return stop();
    setYears(state.from, state.until >= lastYear ? state.from : state.until);
    $("play").textContent = "❚❚";
    $("play").setAttribute("aria-label", "Stop the years");
    playing = setInterval(() => (state.until < lastYear ? setYears(state.from, state.until + 1) : stop()), 700);
    return undefined;
  });
  const unfilter = () => {
    stop();
    types.forEach(([type]) => state.types.add(type));
    relations.forEach(([relation]) => state.relations.add(relation));
    Object.assign(state, { minimum: 1, from: firstYear, until: lastYear });
  };
  $("reset").addEventListener("click", () => { unfilter(); changed(); });
  const openFilters = (open) => {
    $("filters").classList.toggle("open", open);
    $("more").setAttribute("aria-expanded", open);
  };
  const closeFilters = () => openFilters(false);
  $("more").addEventListener("click", () => openFilters(!$("filters").classList.contains("open")));

  // ---- the card ----------------------------------------------------------------------------
  // Cards stand apart from the graph, packed where they are many, and are read when one is first wanted.
  let cards = null;
  const readCards = async () => {
    const script = $("cards");
    if (script.type === "application/json") return JSON.parse(script.textContent);
    const bytes = Uint8Array.from(atob(script.textContent), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  };
  const safe = (url) => (/^https?:\/\//i.test(url || "") ? url : null);
  const titled = (url, title) =>
    safe(url) ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title) : make("span", {}, title);
  const paperLine = (index) => {
    const [id, title, date, url] = cards.papers[index];
    const here = byKey.has(id) ? make("button", { type: "button", class: "goto", onclick: () => go(byKey.get(id).id) }, "show") : null;
    return make("li", {}, titled(url, title), " ", date ? make("time", {}, date) : null, here ? " " : null, here);
  };
  const chip = (id, edge) =>
    make(
      "button",
      { type: "button", onclick: () => go(id), title: edge.since ? `since ${edge.since}` : null },
      swatch(nodes[id].type), make("span", {}, nodes[id].short),
      edge.papers > 1 ? make("span", { class: "count" }, number.format(edge.papers)) : null,
    );
  const neighbourGroups = (node, skipPapers) => {
    const groups = new Map();
    const byRelation = [...around[node.id]].sort((a, b) => rankOf(a.relation) - rankOf(b.relation));
    for (const edge of byRelation) {
      const id = other(edge, node.id);
      if (skipPapers && nodes[id].isPaper) continue;
      const name = phrase(edge.relation, edge.from === node.id);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push([id, edge]);
    }
    return [...groups].map(([name, found]) => [
      name, found.sort((a, b) => b[1].strength - a[1].strength || nodes[a[0]].rank - nodes[b[0]].rank),
    ]);
  };
  const marked = (text, spans) => {
    const parts = [];
    let at = 0;
    const letters = [...text]; // spans count characters, JavaScript counts halves of some
    for (const [start, end] of spans) {
      if (start < at) continue;
      parts.push(letters.slice(at, start).join(""), make("mark", {}, letters.slice(start, end).join("")));
      at = end;
    }
    return [...parts, letters.slice(at).join("")];
  };
  const quote = ([paper, sentence, spans]) => {
    const [, title, date, url] = cards.papers[paper];
    return make(
      "blockquote", {}, ...marked(cards.sentences[sentence], spans),
      make("cite", {}, titled(url, title), date ? `, ${date}` : ""),
    );
  };
  const showCard = async (node) => {
    cards ??= await readCards();
    if (state.selected !== node.id) return; // another was chosen meanwhile
    const card = cards.nodes[node.id];
    const words = { method: "Method", model: "Model", dataset: "Dataset", task: "Task", metric: "Metric", paper: "Paper" };
    const facts = [
      node.isPaper ? null : plural(node.papers, "paper"),
      node.since ? `${node.isPaper ? "" : "since "}${node.since}` : null,
    ].filter(Boolean).join(", ");
    const roles = card.papers.filter(([role]) => role !== "introduces" || !card.introduced.length);
    const sections = [];
    const section = (title, ...content) => sections.push(make("h3", {}, title), ...content);
    if (card.introduced.length) section("Introduced by", make("ul", { class: "papers" }, ...card.introduced.map(paperLine)));
    if (card.evidence.length) section("In their words", folded("div", "quotes", card.evidence.map(quote), 2));
    for (const [name, found] of neighbourGroups(node, card.papers.length > 0)) {
      section(name[0].toUpperCase() + name.slice(1), folded("div", "chips", found.map(([id, edge]) => chip(id, edge)), 14));
    }
    if (roles.length) {
      const listed = roles.reduce((sum, [, list]) => sum + list.length, 0) + card.introduced.length;
      section("Papers", ...roles.map(([role, list]) =>
        make("details", roles.length === 1 ? { open: "" } : {},
          make("summary", {}, phrase(role, false), " ", make("span", { class: "count" }, list.length)),
          make("ul", { class: "papers" }, ...list.map(paperLine)))));
      if (!node.isPaper && listed < node.papers) sections.push(make("p", { class: "rest" }, `and ${number.format(node.papers - listed)} more: kgraph papers`));
    }
    const url = safe(node.url);
    const { region } = node;
    const aliases = otherNames(node);
    $("card").replaceChildren(
      make("button", { type: "button", class: "close icon", "aria-label": "Close", onclick: () => go(null) }, "×"),
      make("p", { class: "kind" }, swatch(node.type), words[node.type] || node.type),
      make("h2", node.label.length > 40 ? { class: "long" } : {}, node.label),
      make("p", { class: "facts" }, facts),
      aliases.length ? make("p", { class: "aliases" }, "Also: ", aliases.join(", ")) : "",
      region ? make("p", { class: "aliases" }, "Near: ", make("button", { type: "button", class: "goto", onclick: () => goToRegion(region) }, region.name)) : "",
      make("div", { class: "acts" },
        make("button", { type: "button", onclick: () => focusOn(node.id) }, "Only its neighbourhood"),
        url ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "Read it") : ""),
      ...sections,
    );
    $("card").hidden = false;
    $("card").scrollTop = 0;
  };
  const folded = (tag, name, items, limit) => {
    const box = make(tag, { class: name }, ...items.slice(0, limit));
    if (items.length > limit) {
      const rest = make("button", { type: "button", class: "more", onclick: () => rest.replaceWith(...items.slice(limit)) }, `${items.length - limit} more`);
      box.append(rest);
    }
    return box;
  };
  // Without those that differ from its name, or each other, in case, signs or a plural only.
  const otherNames = (node) => {
    const known = new Set([bare(node.label)]);
    return node.aliases.filter((name) => !known.has(bare(name)) && known.add(bare(name)));
  };
  const bare = (name) => (fold(name) || name).replace(/s$/, "");

  // ---- going about -------------------------------------------------------------------------
  // The address holds all of the view. Selecting and focusing make a new entry, so that back works; filters and
  // the camera rewrite the present one.
  const go = (id) => setPlace(id, state.focus);
  const focusOn = (id) => setPlace(id, id);
  const address = (selected, focus, place) => {
    const hash = new URLSearchParams();
    if (selected !== null) hash.set("n", nodes[selected].key);
    if (focus !== null) hash.set("f", nodes[focus].key);
    for (const [type] of types) if (!state.types.has(type)) hash.append("t", type);
    for (const [relation] of relations) if (!state.relations.has(relation)) hash.append("r", relation);
    if (state.minimum > 1) hash.set("m", state.minimum);
    if (!allYears()) hash.set("y", `${state.from}-${state.until}`);
    if (place) hash.set("v", [place.x.toFixed(0), place.y.toFixed(0), place.scale.toPrecision(3)].join(","));
    return hash.toString();
  };
  const setPlace = (selected, focus) => {
    const hash = address(selected, focus);
    touched = true;
    if (location.hash.slice(1) === hash) applyPlace();
    else location.hash = hash;
  };
  let touched = false; // an address stays as it was given until somebody does something
  let writing = 0;
  const remember = () => {
    clearTimeout(writing);
    if (touched) writing = setTimeout(rewrite, 300);
  };
  const rewrite = () => history.replaceState(null, "", `#${address(state.selected, state.focus, map.view())}`);
  for (const event of ["pointerdown", "wheel", "keydown"])
    addEventListener(event, () => { touched = true; }, { capture: true, passive: true });

  const readPlace = () => {
    const given = new URLSearchParams(location.hash.slice(1));
    const node = (name) => (byKey.has(given.get(name)) ? byKey.get(given.get(name)).id : null);
    const [from, until] = (given.get("y") || "").split("-").map(Number);
    const place = (given.get("v") || "").split(",").map(Number);
    const without = (all, name) => new Set(all.map(([value]) => value).filter((value) => !given.getAll(name).includes(value)));
    return {
      selected: node("n"),
      focus: node("f"),
      types: without(types, "t"),
      relations: without(relations, "r"),
      minimum: Math.max(1, Math.min(most, Number(given.get("m")) || 1)),
      from: from >= firstYear && from <= lastYear ? from : firstYear,
      until: until >= firstYear && until <= lastYear ? until : lastYear,
      place: place.length === 3 && place.every(Number.isFinite) && place[2] > 0 ? { x: place[0], y: place[1], scale: place[2] } : null,
    };
  };
  const applyPlace = () => {
    clearTimeout(writing);
    const { place, types: kept, relations: links, ...wanted } = readPlace();
    const elsewhere = wanted.focus !== state.focus;
    Object.assign(state, wanted);
    if (elsewhere) gather();
    for (const [set, now] of [[state.types, kept], [state.relations, links]]) {
      set.clear();
      now.forEach((value) => set.add(value));
    }
    refresh();
    if (state.selected !== null && !nodes[state.selected].shown) {
      if (state.focus !== null && !focused().has(state.selected)) {
        state.focus = null;
        gather();
      }
      unfilter();
      refresh();
    }
    paintControls();
    $("focus").hidden = state.focus === null;
    $("focus-name").textContent = state.focus === null ? "" : nodes[state.focus].label;
    map.select(state.selected);
    if (state.selected === null) $("card").hidden = true;
    else showCard(nodes[state.selected]).then(() => lookThere(place, elsewhere));
    if (state.selected === null) lookThere(place, elsewhere);
  };
  const lookThere = (place, elsewhere) => {
    if (place) map.look(place, false);
    else if (elsewhere) fit();
    else if (state.selected !== null) centreOnNode(nodes[state.selected]);
    else remember();
  };
  addEventListener("hashchange", applyPlace);

  // ---- search ------------------------------------------------------------------------------
  let hits = [];
  let chosen = 0;
  const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}+*]/gu, "");
  const score = (node, query) => {
    let best = Infinity;
    node.folded ??= [node.label, ...node.aliases].map(fold);
    node.folded.forEach((name, i) => {
      const at = name.indexOf(query);
      if (at < 0) return;
      best = Math.min(best, (name === query ? 0 : at === 0 ? 1 : 2) + (i ? 0.5 : 0) + (node.isPaper ? 3 : 0));
    });
    return best;
  };
  const find = () => {
    const query = fold($("search").value);
    hits = query
      ? nodes.map((node) => [score(node, query), node]).filter(([points]) => points < Infinity)
          .sort((a, b) => a[0] - b[0] || a[1].rank - b[1].rank).slice(0, 9).map(([, node]) => node)
      : [];
    chosen = 0;
    showFound(query);
  };
  const showFound = (query) => {
    const list = $("found");
    list.hidden = !query;
    $("search").setAttribute("aria-expanded", Boolean(query));
    list.replaceChildren(
      ...hits.map((node, i) => {
        const alias = fold(node.label).includes(query) ? null : node.aliases.find((name) => fold(name).includes(query));
        return make(
          "li",
          { role: "option", id: `hit-${i}`, "aria-selected": i === chosen, onpointerdown: (event) => { event.preventDefault(); pick(i); } },
          swatch(node.type),
          make("span", { class: "name" }, node.label, alias ? make("small", {}, `  ${alias}`) : null),
          make("span", { class: "count" }, node.isPaper ? node.year || "" : number.format(node.papers)),
        );
      }),
      ...(query && !hits.length ? [make("li", { class: "none" }, "Nothing on this page is called that.")] : []),
    );
    $("search").setAttribute("aria-activedescendant", hits.length ? `hit-${chosen}` : "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const closeFound = () => {
    $("found").hidden = true;
    $("search").setAttribute("aria-expanded", "false");
  };
  const pick = (i) => {
    if (!hits[i]) return;
    const { id } = hits[i];
    $("search").value = "";
    $("search").blur();
    closeFound();
    closeFilters();
    go(id);
  };
  $("search").addEventListener("input", find);
  $("search").addEventListener("focus", find);
  $("search").addEventListener("blur", closeFound);
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter") pick(chosen);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % Math.max(1, hits.length);
      showFound(fold($("search").value));
    }
  });

  // ---- keys, pointer, tools ----------------------------------------------------------------
  const middleNode = () => {
    readView();
    const far = (node) => Math.hypot(node.x - view.x, node.y - view.y);
    return ranked.reduce((best, node) => (node.shown && (!best || far(node) < far(best)) ? node : best), null);
  };
  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  $("map").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (MOVES[event.key]) pan(...MOVES[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") fit();
    else if (event.key === "Enter" && middleNode()) go(middleNode().id);
    else return;
    event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    const typing = event.target === $("search");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      $("search").focus();
    } else if (event.key === "?" && !typing) $("help").showModal();
    else if (event.key === "Escape" && !$("help").open) {
      if (typing) { $("search").value = ""; $("search").blur(); }
      else if (state.selected !== null) go(null);
      else if (state.focus !== null) setPlace(null, null);
    }
  });
  $("back").addEventListener("click", () => setPlace(state.selected, null));
  $("zoom-in").addEventListener("click", () => zoom(1.5));
  $("zoom-out").addEventListener("click", () => zoom(1 / 1.5));
  $("fit").addEventListener("click", () => fit());
  $("keys").addEventListener("click", () => $("help").showModal());
  $("help-close").addEventListener("click", () => $("help").close());
  const tell = (text) => {
    $("toast").textContent = text;
    $("toast").hidden = false;
    setTimeout(() => { $("toast").hidden = true; }, 2500);
  };
  $("link").addEventListener("click", async () => {
    rewrite();
    try {
      await navigator.clipboard.writeText(location.href);
      tell("Link to this view copied");
    } catch {
      tell("The address bar holds the link to this view");
    }
  });
  const system = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => {
    readColors();
    raiseIslands();
    map.recolor();
  };
  $("theme").addEventListener("click", () => {
    const dark = document.documentElement.style.colorScheme || (system.matches ? "dark" : "light");
    document.documentElement.style.colorScheme = dark === "dark" ? "light" : "dark";
    repaint();
  });
  system.addEventListener("change", repaint);

  // ---- all set -----------------------------------------------------------------------------
  readColors();
  const hover = (id) => {
    state.hovered = id;
    light();
    map.repaint();
    $("map").style.cursor = id === null ? "" : "pointer";
  };
  if (!big) raiseIslands();
  else if (!make("canvas").getContext("webgl2")) {
    $("why").hidden = false;
    $("why").textContent = "This browser has no WebGL, which a map of so many nodes needs. Another browser may have it.";
    return;
  }
  map = drawMap($("map"), {
    nodes, edges, options: data.options, sizeOf, radiusOf,
    shapeOf: (node) => SHAPES[node.type] || "disc",
    colorOf: (node) => colors[node.type] || colors.other,
    lineOf: (edge) => premultiplied[levelOf(edge)],
    below: drawBelow, above: drawAbove, node: drawNode,
    hover, click: go, open: focusOn,
    drag: (node, x, y) => Object.assign(node, state.focus === null ? { x, y, home: [x, y] } : { x, y }),
    settled: () => remember(),
    ready: () => {
      document.documentElement.dataset.ready = "yes";
      if (big) setTimeout(() => { raiseIslands(); map.repaint(); }, 50);
    },
  });
  window.landscape = { map, nodes, edges, state, page, screenOf }; // for a look from the console
  paintControls();
  say();
  if (!map.fitted || phone.matches) fit(null, false);
  else map.repaint();
  if (location.hash) applyPlace();
})();
