"use strict";
// The landscape. vis-network keeps the nodes, the view, the pointer and the zoom; edges and labels
// are drawn here, since drawing thousands of edges one by one takes it most of a second a frame.
// Whatever comes from a paper enters the page by textContent or a canvas, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { nodes, edges, page } = data;
  const $ = (id) => document.getElementById(id);
  const phone = matchMedia("(max-width: 720px)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const number = new Intl.NumberFormat("en");
  const ORDER = ["method", "model", "dataset", "task", "metric", "paper", "other"];
  const SHAPES = { method: "disc", model: "square", dataset: "diamond", task: "triangle", metric: "hexagon" };

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

  // ---- the graph, indexed ------------------------------------------------------------------
  const around = nodes.map(() => []);
  edges.forEach((edge) => {
    around[edge.from].push(edge);
    if (edge.to !== edge.from) around[edge.to].push(edge);
  });
  const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}+*]/gu, "");
  nodes.forEach((node) => {
    node.isPaper = node.type === "paper";
    node.shown = true;
    node.folded = [node.label, ...node.aliases].map(fold);
    node.short = node.label.length > 34 ? node.label.slice(0, 32).trimEnd() + "…" : node.label;
  });
  edges.forEach((edge) => { edge.shown = true; });
  const other = (edge, id) => (edge.from === id ? edge.to : edge.from);
  const ranked = [...nodes].sort(
    (a, b) => a.isPaper - b.isPaper || b.size - a.size || around[b.id].length - around[a.id].length || a.id - b.id,
  );
  ranked.forEach((node, rank) => { node.rank = rank; });
  const mostlyPapers = nodes.filter((node) => node.isPaper).length > 0.8 * nodes.length;
  const byKey = new Map(nodes.map((node) => [node.key, node]));

  const count = (items) => items.reduce((sums, item) => sums.set(item, (sums.get(item) || 0) + 1), new Map());
  const types = [...count(nodes.map((node) => node.type))].sort((a, b) => ORDER.indexOf(a[0]) - ORDER.indexOf(b[0]));
  const relations = [...count(edges.map((edge) => edge.relation))].sort(
    (a, b) => rankOf(a[0]) - rankOf(b[0]),
  );
  const years = nodes.map((node) => node.year).filter(Boolean);
  const firstYear = years.reduce((a, b) => Math.min(a, b), Infinity);
  const lastYear = years.reduce((a, b) => Math.max(a, b), -Infinity);

  const state = {
    types: new Set(types.map(([type]) => type)),
    relations: new Set(relations.map(([relation]) => relation)),
    minimum: 1,
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
  const swatch = (type) => {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "-8 -8 16 16");
    svg.setAttribute("class", "swatch");
    svg.setAttribute("aria-hidden", "true");
    const shape = SHAPES[type] || "disc";
    const form = document.createElementNS(space, shape === "disc" ? "circle" : "polygon");
    if (shape === "disc") form.setAttribute("r", type === "paper" ? "4" : "6.5");
    else form.setAttribute("points", outline(shape, 0, 0, 6.2).map((point) => point.join(",")).join(" "));
    form.style.fill = `var(--${type})`;
    svg.append(form);
    return svg;
  };
  const plural = (n, word) => `${number.format(n)} ${word}${n === 1 ? "" : "s"}`;

  // ---- colours -----------------------------------------------------------------------------
  let colors = {};
  const probe = document.body.appendChild(make("i", { hidden: "" }));
  const readColors = () => {
    for (const name of [...ORDER, "ground", "ink", "edge", "accent"]) {
      probe.style.color = `var(--${name})`;
      colors[name] = getComputedStyle(probe).color;
    }
  };

  // ---- drawing -----------------------------------------------------------------------------
  let lit = null; // ids that stand out: the hovered or selected node and its neighbours
  const light = () => {
    const centre = state.hovered ?? state.selected;
    lit = centre === null || !nodes[centre].shown ? null : new Set([centre]);
    if (lit) around[centre].forEach((edge) => edge.shown && lit.add(other(edge, centre)));
  };
  const centreOf = () => (lit ? state.hovered ?? state.selected : null);

  const tracePath = (ctx, shape, x, y, r) => {
    ctx.beginPath();
    if (shape === "disc") ctx.arc(x, y, r, 0, 2 * Math.PI);
    else outline(shape, x, y, r).forEach(([a, b], i) => (i ? ctx.lineTo(a, b) : ctx.moveTo(a, b)));
    ctx.closePath();
  };
  const drawNode = (ctx, node, x, y) => {
    const shape = SHAPES[node.type] || "disc";
    const r = node.isPaper ? node.size * 0.75 : node.size;
    const pixel = 1 / view.scale;
    ctx.save();
    ctx.globalAlpha = lit && !lit.has(node.id) ? 0.12 : 1;
    ctx.lineJoin = "round";
    tracePath(ctx, shape, x, y, r);
    ctx.fillStyle = colors[node.type] || colors.other;
    ctx.fill();
    ctx.lineWidth = 1.2 * pixel;
    ctx.strokeStyle = colors.ground;
    ctx.stroke();
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

  const view = { x: 0, y: 0, scale: 1, width: 1, height: 1 };
  const readView = () => {
    const { x, y } = network.getViewPosition();
    Object.assign(view, { x, y, scale: network.getScale(), width: map.clientWidth, height: map.clientHeight });
  };
  const onScreen = (a, b) => {
    const w = view.width / 2 / view.scale;
    const h = view.height / 2 / view.scale;
    return !(
      Math.max(a.x, b.x) < view.x - w || Math.min(a.x, b.x) > view.x + w ||
      Math.max(a.y, b.y) < view.y - h || Math.min(a.y, b.y) > view.y + h
    );
  };

  const drawEdges = (ctx) => {
    readView();
    const centre = centreOf();
    const bundles = new Map(); // relation and level -> edges that share one stroke
    const bright = [];
    for (const edge of edges) {
      if (!edge.shown || !onScreen(nodes[edge.from], nodes[edge.to])) continue;
      if (centre !== null && (edge.from === centre || edge.to === centre)) bright.push(edge);
      else {
        const level = edge.strength > 0.6 ? 2 : edge.strength > 0.25 ? 1 : 0;
        const name = edge.relation + level;
        if (!bundles.has(name)) bundles.set(name, { relation: edge.relation, level, edges: [] });
        bundles.get(name).edges.push(edge);
      }
    }
    ctx.save();
    ctx.strokeStyle = colors.edge;
    const crowd = Math.min(1, 24 / Math.sqrt(edges.length + 1)); // many edges, fainter lines
    for (const bundle of bundles.values()) {
      const [, , width, dash] = RELATIONS[bundle.relation] || [0, 0, 1];
      ctx.globalAlpha = (lit ? 0.1 : 0.2 + 0.14 * bundle.level) * (0.4 + 0.6 * crowd);
      ctx.lineWidth = (width * (0.8 + 0.2 * bundle.level)) / view.scale;
      ctx.setLineDash(dash && edges.length < 2500 ? dash.map((length) => length / view.scale) : []);
      ctx.beginPath();
      for (const { from, to } of bundle.edges) {
        ctx.moveTo(nodes[from].x, nodes[from].y);
        ctx.lineTo(nodes[to].x, nodes[to].y);
      }
      ctx.stroke();
    }
    bright.forEach((edge) => drawBright(ctx, edge, nodes[other(edge, centre)]));
    ctx.restore();
  };
  const drawBright = (ctx, edge, far) => {
    const [, , width, dash] = RELATIONS[edge.relation] || [0, 0, 1];
    const [a, b] = [nodes[edge.from], nodes[edge.to]];
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const tip = b.size + 3 / view.scale;
    ctx.globalAlpha = edge.relation === "appears_with" ? 0.4 : 0.85;
    ctx.strokeStyle = ctx.fillStyle = colors[far.type] || colors.other;
    ctx.lineWidth = (width + 0.5) / view.scale;
    ctx.setLineDash((dash || []).map((part) => part / view.scale));
    ctx.beginPath();
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x - ux * tip, b.y - uy * tip);
    ctx.stroke();
    if (!edge.arrows || length < tip) return;
    const head = 8 / view.scale;
    ctx.beginPath();
    ctx.moveTo(b.x - ux * tip, b.y - uy * tip);
    ctx.lineTo(b.x - ux * (tip + head) - uy * head * 0.45, b.y - uy * (tip + head) + ux * head * 0.45);
    ctx.lineTo(b.x - ux * (tip + head) + uy * head * 0.45, b.y - uy * (tip + head) - ux * head * 0.45);
    ctx.fill();
  };

  // Labels in order of rank, each where it hits none before it: more of them as one zooms in.
  const drawLabels = (ctx) => {
    const ratio = ctx.canvas.width / view.width;
    const placed = []; // boxes that no later label may touch: labels, and the larger nodes
    const room = (view.width * view.height) / (phone.matches ? 9000 : 12000);
    const stars = lit ? [...lit].map((id) => nodes[id]) : ranked.slice(0, 80);
    const blocks = stars.filter((node) => node.shown && node.size * view.scale > 4).map(boxOf);
    const centre = centreOf();
    const order = lit ? [nodes[centre], ...ranked.filter(({ id }) => id !== centre && lit.has(id))] : ranked;
    ctx.save();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.textAlign = "center";
    ctx.textBaseline = "top";
    ctx.lineJoin = "round";
    for (const node of order) {
      if (placed.length > room) break;
      if (node.shown) drawLabel(ctx, node, node.id === centre, placed, blocks);
    }
    ctx.restore();
  };
  const screenOf = (node) => [
    (node.x - view.x) * view.scale + view.width / 2, (node.y - view.y) * view.scale + view.height / 2,
  ];
  const boxOf = (node) => {
    const [x, y] = screenOf(node);
    const r = node.size * view.scale * 0.8;
    return [x - r, y - r, x + r, y + r, node.rank];
  };
  const meet = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
  const drawLabel = (ctx, node, isCentre, placed, blocks) => {
    const radius = node.size * view.scale;
    const [at, middle] = screenOf(node);
    const away = radius * (SHAPES[node.type] === "diamond" ? 1.18 : 1) + 3;
    if (at < -60 || at > view.width + 60 || middle < -20 || middle > view.height + 20) return;
    if (!lit && (radius < 2 || (node.isPaper && view.scale < 1.1 && !mostlyPapers))) return;
    const size = node.isPaper ? 11 : Math.round(10.5 + node.size / 5.5 + (isCentre ? 2 : 0));
    ctx.font = `${isCentre || node.size > 20 ? 600 : 500} ${size}px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif`;
    const text = isCentre ? node.label.slice(0, 90) : node.short;
    const memory = (node.widths ??= {});
    const half = (memory[ctx.font + text.length] ??= ctx.measureText(text).width) / 2 + 4;
    const inside = at > 0 && at < view.width && 2 * half < view.width;
    const x = inside ? Math.min(Math.max(at, half), view.width - half) : at;
    const clear = (top) => {
      const box = [x - half, top - 2, x + half, top + size + 3];
      return !placed.some((p) => meet(box, p)) && !blocks.some((b) => b[4] < node.rank && meet(box, b));
    };
    const y = [middle + away, middle - away - size].find(clear) ?? (isCentre ? middle + away : null);
    if (y === null) return;
    placed.push([x - half, y - 2, x + half, y + size + 3]);
    ctx.lineWidth = 3.5;
    ctx.strokeStyle = colors.ground;
    ctx.fillStyle = node.isPaper && !isCentre ? colors.edge : colors.ink;
    ctx.strokeText(text, x, y);
    ctx.fillText(text, x, y);
  };

  // ---- the network -------------------------------------------------------------------------
  const map = $("map");
  readColors();
  nodes.forEach((node, i) => { node.introduced = page.cards[i].introduced.length > 0; });
  const held = new vis.DataSet(
    nodes.map((node) => ({
      id: node.id, x: node.x, y: node.y, size: node.size, shape: "custom",
      ctxRenderer: ({ ctx, x, y }) => ({
        drawNode: () => drawNode(ctx, node, x, y),
        nodeDimensions: { width: 2 * node.size, height: 2 * node.size },
      }),
    })),
  );
  const lines = new vis.DataSet(edges.map(({ from, to }, id) => ({ id, from, to })));
  const network = new vis.Network(map, { nodes: held, edges: lines }, JSON.parse(data.options));
  window.network = network; // for a look from the console, as on any pyvis page

  const animation = () => (still.matches ? false : { duration: 350, easingFunction: "easeInOutQuad" });
  const fit = (ids, moving = true) => {
    const shown = ids || nodes.filter((node) => node.shown).map((node) => node.id);
    if (!shown.length) return;
    const xs = shown.map((id) => nodes[id].x);
    const ys = shown.map((id) => nodes[id].y);
    const [left, right, top, bottom] = [[xs, 1], [xs, -1], [ys, 1], [ys, -1]].map(
      ([values, sign]) => sign * values.reduce((least, value) => Math.min(least, sign * value), Infinity),
    );
    const [x, y, width, height] = free();
    const scale = Math.min((width - 70) / (right - left + 1), (height - 90) / (bottom - top + 1), 1.6);
    lookAt((left + right) / 2, (top + bottom) / 2, scale, x + width / 2, y + height / 2, moving);
  };
  // The part of the map that neither the card nor, on a phone, the top covers.
  const free = () => {
    const [width, height] = [map.clientWidth, map.clientHeight];
    const bar = $("focus").hidden ? 0 : 52;
    const top = phone.matches ? $("panel").querySelector("header").offsetHeight + 70 : bar;
    if ($("card").hidden) return [0, top, width, height - top];
    if (phone.matches) return [0, top, width, Math.max(120, $("card").offsetTop - top)];
    return [0, top, Math.max(240, width - $("card").offsetWidth - 32), height - top];
  };
  const lookAt = (x, y, scale, atX, atY, moving = true) => {
    const position = {
      x: x - (atX - map.clientWidth / 2) / scale, y: y - (atY - map.clientHeight / 2) / scale,
    };
    network.moveTo({ position, scale, animation: moving && animation() });
  };
  const centreOn = (node) => {
    const [x, y, width, height] = free();
    lookAt(node.x, node.y, Math.max(network.getScale(), 0.9), x + width / 2, y + height / 2);
  };

  // ---- filters -----------------------------------------------------------------------------
  const focused = () => {
    if (state.focus === null) return null;
    return new Set([state.focus, ...around[state.focus].map((edge) => other(edge, state.focus))]);
  };
  const refresh = () => {
    const inFocus = focused();
    const passes = (node) =>
      state.types.has(node.type) &&
      (node.isPaper || node.papers >= state.minimum) &&
      (!node.year || node.year <= state.until) &&
      (!inFocus || inFocus.has(node.id));
    const before = nodes.map((node) => node.shown);
    nodes.forEach((node) => { node.shown = passes(node); });
    edges.forEach((edge) => {
      edge.shown = state.relations.has(edge.relation) && nodes[edge.from].shown && nodes[edge.to].shown;
    });
    // A node that a filter left without any edge tells nothing, unless it never had one.
    const narrowed = state.minimum > 1 || state.relations.size < relations.length;
    nodes.forEach((node) => {
      if (node.shown && (narrowed || node.isPaper) && around[node.id].length && !around[node.id].some((edge) => edge.shown))
        node.shown = node.id === state.selected || node.id === state.focus;
    });
    held.update(nodes.filter((node, i) => node.shown !== before[i]).map(({ id, shown }) => ({ id, hidden: !shown })));
    light();
    say();
    network.redraw();
  };
  const say = () => {
    const shown = nodes.filter((node) => node.shown).length;
    const part = page.shown < page.total;
    const fewer = page.shownEdges < page.totalEdges;
    const whole = part
      ? [make("strong", {}, `${number.format(page.shown)} of ${number.format(page.total)}`), " nodes: the strongest"]
      : [make("strong", {}, plural(page.shown, "node"))];
    const links = fewer
      ? `${number.format(page.shownEdges)} of ${plural(page.totalEdges, "relation")}${part ? "" : ", the strongest"}`
      : plural(page.shownEdges, "relation");
    const now = shown < page.shown ? `. Now in view: ${number.format(shown)}` : "";
    $("statement").replaceChildren(...whole, ", ", links, now);
    document.documentElement.dataset.shown = shown;
  };
  const toggle = (set, value, picture, name, total) => {
    const button = make(
      "button",
      { type: "button", class: "toggle", "aria-pressed": "true", "data-value": value, title: "Double-click: only this" },
      picture, make("span", { class: "name" }, name), make("span", { class: "count" }, number.format(total)),
    );
    button.addEventListener("click", (event) => {
      if (event.detail > 1) return;
      if (!set.delete(value)) set.add(value);
      paintToggles();
      refresh();
    });
    button.addEventListener("dblclick", () => {
      set.clear();
      set.add(value);
      paintToggles();
      refresh();
    });
    return button;
  };
  const paintToggles = () => {
    document.querySelectorAll("#types .toggle, #relations .toggle").forEach((button) => {
      const set = button.parentElement.id === "types" ? state.types : state.relations;
      button.setAttribute("aria-pressed", set.has(button.dataset.value));
    });
  };
  const line = (relation) => {
    const [, , width, dash] = RELATIONS[relation] || [0, 0, 1];
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "-8 -8 16 16");
    svg.setAttribute("class", "swatch");
    svg.setAttribute("aria-hidden", "true");
    const stroke = document.createElementNS(space, "path");
    stroke.setAttribute("d", "M-8 0H8");
    stroke.setAttribute("stroke-width", 1.4 * width);
    if (dash) stroke.setAttribute("stroke-dasharray", dash.map((part) => part / 1.6).join(" "));
    stroke.style.stroke = "var(--edge)";
    svg.append(stroke);
    return svg;
  };
  const names = { method: "Methods", model: "Models", dataset: "Datasets", task: "Tasks", metric: "Metrics", paper: "Papers", other: "Other" };
  const ring = swatch("method");
  const hole = ring.firstChild.cloneNode();
  hole.setAttribute("r", "2.8");
  hole.style.fill = "var(--surface)";
  ring.append(hole);
  const introduced = page.cards.some((card) => card.introduced.length);
  $("types").append(...types.map(([type, total]) => toggle(state.types, type, swatch(type), names[type] || type, total)));
  if (introduced) $("types").append(make("p", { class: "key" }, ring, "introduced by a paper here"));
  $("relations").append(
    ...relations.map(([relation, total]) => toggle(state.relations, relation, line(relation), phrase(relation, true), total)),
  );
  $("relations").parentElement.hidden = !relations.length;

  const most = nodes.reduce((top, node) => (node.isPaper ? top : Math.max(top, node.papers)), 1);
  $("minimum").max = Math.min(most, 40);
  $("minimum").parentElement.hidden = most < 2;
  $("minimum").addEventListener("input", (event) => {
    state.minimum = Number(event.target.value);
    $("minimum-value").textContent = plural(state.minimum, "paper");
    refresh();
  });
  $("years").hidden = !(firstYear < lastYear);
  Object.assign($("until"), { min: firstYear, max: lastYear, value: lastYear });
  const setUntil = (year) => {
    state.until = year;
    $("until").value = year;
    $("until-value").textContent = year;
    refresh();
  };
  let playing = null;
  const stop = () => {
    clearInterval(playing);
    playing = null;
    $("play").textContent = "▶";
  };
  $("until").addEventListener("input", (event) => { stop(); setUntil(Number(event.target.value)); });
  $("play").addEventListener("click", () => {
    if (playing) return stop();
    setUntil(state.until >= lastYear ? firstYear : state.until);
    $("play").textContent = "❚❚";
    playing = setInterval(() => (state.until < lastYear ? setUntil(state.until + 1) : stop()), 700);
    return undefined;
  });
  const reset = () => {
    stop();
    types.forEach(([type]) => state.types.add(type));
    relations.forEach(([relation]) => state.relations.add(relation));
    state.minimum = 1;
    $("minimum").value = 1;
    $("minimum-value").textContent = "1 paper";
    paintToggles();
    setUntil(lastYear);
  };
  $("reset").addEventListener("click", reset);
  $("more").addEventListener("click", () => {
    const open = $("filters").classList.toggle("open");
    $("more").setAttribute("aria-expanded", open);
  });

  // ---- the card ----------------------------------------------------------------------------
  const safe = (url) => (/^https?:\/\//i.test(url || "") ? url : null);
  const paperLine = (index) => {
    const [id, title, date, url] = page.papers[index];
    const name = safe(url) ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title) : make("span", {}, title);
    const here = byKey.has(id) ? make("button", { type: "button", class: "goto", onclick: () => go(byKey.get(id).id) }, "show") : null;
    return make("li", {}, name, " ", date ? make("time", {}, date) : null, here ? " " : null, here);
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
    const [, title, date, url] = page.papers[paper];
    const name = safe(url) ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title) : title;
    return make(
      "blockquote", {}, ...marked(page.sentences[sentence], spans),
      make("cite", {}, name, date ? `, ${date}` : ""),
    );
  };
  const showCard = (node) => {
    const card = page.cards[node.id];
    const words = { method: "Method", model: "Model", dataset: "Dataset", task: "Task", metric: "Metric", paper: "Paper" };
    const facts = [
      node.isPaper ? null : plural(node.papers, "paper"),
      node.since ? `${node.isPaper ? "" : "since "}${node.since}` : null,
    ].filter(Boolean).join(", ");
    const known = card.papers.length > 0;
    const roles = card.papers.filter(([role]) => role !== "introduces" || !card.introduced.length);
    const sections = [];
    const section = (title, ...content) => sections.push(make("h3", {}, title), ...content);
    if (card.introduced.length) section("Introduced by", make("ul", { class: "papers" }, ...card.introduced.map(paperLine)));
    for (const [name, found] of neighbourGroups(node, known)) {
      section(name[0].toUpperCase() + name.slice(1), folded(found.map(([id, edge]) => chip(id, edge)), 14));
    }
    if (card.evidence.length) section("In their words", ...card.evidence.map(quote));
    if (roles.length) {
      section("Papers", ...roles.map(([role, list]) =>
        make("details", roles.length === 1 ? { open: "" } : {},
          make("summary", {}, phrase(role, false), " ", make("span", { class: "count" }, list.length)),
          make("ul", { class: "papers" }, ...list.map(paperLine)))));
    }
    const url = safe(node.url);
    $("card").replaceChildren(
      make("button", { type: "button", class: "close icon", "aria-label": "Close", onclick: () => go(null) }, "×"),
      make("p", { class: "kind" }, swatch(node.type), words[node.type] || node.type),
      make("h2", node.label.length > 40 ? { class: "long" } : {}, node.label),
      make("p", { class: "facts" }, facts),
      node.aliases.length ? make("p", { class: "aliases" }, "Also: ", node.aliases.join(", ")) : "",
      make("div", { class: "acts" },
        make("button", { type: "button", onclick: () => focusOn(node.id) }, "Only its neighbourhood"),
        url ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "Read it") : ""),
      ...sections,
    );
    $("card").hidden = false;
    $("card").scrollTop = 0;
  };
  const folded = (chips, limit) => {
    const box = make("div", { class: "chips" }, ...chips.slice(0, limit));
    if (chips.length > limit) {
      const rest = make("button", { type: "button", onclick: () => rest.replaceWith(...chips.slice(limit)) }, `${chips.length - limit} more`);
      box.append(rest);
    }
    return box;
  };

  // ---- going about: the address holds what is selected and focused on, so that back works ---
  const go = (id) => setPlace(id, state.focus);
  const focusOn = (id) => setPlace(id, id);
  const setPlace = (selected, focus) => {
    const parts = [];
    if (selected !== null) parts.push(`n=${encodeURIComponent(nodes[selected].key)}`);
    if (focus !== null) parts.push(`f=${encodeURIComponent(nodes[focus].key)}`);
    const hash = parts.join("&");
    if (location.hash.slice(1) === hash) applyPlace();
    else location.hash = hash;
  };
  const readPlace = (name) => {
    const found = new URLSearchParams(location.hash.slice(1)).get(name);
    return byKey.has(found) ? byKey.get(found).id : null;
  };
  const applyPlace = () => {
    const focus = readPlace("f");
    const moved = focus !== state.focus;
    const selected = readPlace("n");
    Object.assign(state, { focus, selected });
    refresh();
    if (selected !== null && !nodes[selected].shown) {
      if (focus !== null && !focused().has(selected)) state.focus = null;
      reset();
    }
    $("focus").hidden = state.focus === null;
    $("focus-name").textContent = state.focus === null ? "" : nodes[state.focus].label;
    network.selectNodes(selected === null ? [] : [selected], false);
    if (selected === null) $("card").hidden = true;
    else showCard(nodes[selected]);
    if (moved) fit();
    else if (selected !== null) centreOn(nodes[selected]);
  };
  addEventListener("hashchange", applyPlace);

  // ---- search ------------------------------------------------------------------------------
  let hits = [];
  let chosen = 0;
  const score = (node, query) => {
    let best = Infinity;
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
    $("filters").classList.remove("open");
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
  addEventListener("keydown", (event) => {
    const typing = event.target === $("search");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      $("search").focus();
    } else if (event.key === "Escape") {
      if (typing) { $("search").value = ""; $("search").blur(); }
      else if (state.selected !== null) go(null);
      else if (state.focus !== null) setPlace(null, null);
    }
  });

  // ---- pointer, tools ----------------------------------------------------------------------
  network.on("beforeDrawing", drawEdges);
  network.on("afterDrawing", drawLabels);
  network.on("hoverNode", ({ node }) => { state.hovered = node; light(); network.redraw(); map.style.cursor = "pointer"; });
  network.on("blurNode", () => { state.hovered = null; light(); network.redraw(); map.style.cursor = ""; });
  network.on("dragging", ({ nodes: moved }) => {
    for (const [id, place] of Object.entries(network.getPositions(moved))) Object.assign(nodes[id], place);
  });
  let clicked = 0;
  network.on("click", ({ nodes: [id] }) => {
    clearTimeout(clicked);
    clicked = setTimeout(() => go(id ?? null), id === undefined ? 0 : 220); // a second click may follow
  });
  network.on("doubleClick", ({ nodes: [id] }) => {
    clearTimeout(clicked);
    if (id !== undefined) focusOn(id);
  });
  $("back").addEventListener("click", () => setPlace(state.selected, null));
  const zoom = (factor) => network.moveTo({ scale: network.getScale() * factor, animation: animation() });
  $("zoom-in").addEventListener("click", () => zoom(1.5));
  $("zoom-out").addEventListener("click", () => zoom(1 / 1.5));
  $("fit").addEventListener("click", () => fit());
  const system = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => { readColors(); network.redraw(); };
  $("theme").addEventListener("click", () => {
    const dark = document.documentElement.style.colorScheme || (system.matches ? "dark" : "light");
    document.documentElement.style.colorScheme = dark === "dark" ? "light" : "dark";
    repaint();
  });
  system.addEventListener("change", repaint);

  network.once("afterDrawing", () => { document.documentElement.dataset.ready = "yes"; });
  if (firstYear < lastYear) $("until-value").textContent = lastYear;
  refresh();
  fit(null, false);
  if (location.hash) applyPlace();
})();
