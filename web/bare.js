// What sigma.js does by itself with a graph, for `make bench` to set the page beside.
import Graph from "graphology";
import Sigma from "sigma";

const { nodes, edges } = JSON.parse(document.getElementById("data").textContent);
const graph = new Graph({ multi: true, type: "directed" });
nodes.x.forEach((x, i) => graph.addNode(i, { x, y: -nodes.y[i], size: 2, color: "#0072b2" }));
edges.from.forEach((from, i) => graph.addEdgeWithKey(i, from, edges.to[i], { color: "#dddddd", size: 1 }));
const sigma = new Sigma(graph, document.getElementById("map"), { renderLabels: false });
window.landscape = { map: { sigma } };
requestAnimationFrame(() => { document.documentElement.dataset.ready = "yes"; });
