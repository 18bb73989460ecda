// Asks the portal, again and again, for three numbers: this agent's news, the desk's, the network's. A worker of its own,
// because browsers let the timers of a hidden tab run once a minute, and a telephone does not wait so long.
// Told { ticket, numbers, every }; tells { news: [bool, bool, bool] }, { expired: true }, { lost: bool }.

const LONGEST = 10_000;
let ticket = "", numbers = [0, 0, 0], every = 2000, timer, failures = 0, asking = false;

self.onmessage = ({ data }) => {
  ({ ticket = ticket, every = every } = data);
  if (data.numbers) numbers = data.numbers.map((number, i) => Math.max(number, numbers[i]));
  ask();
};

async function ask() {
  clearTimeout(timer);
  if (asking) return;
  asking = true;
  try {
    const signal = AbortSignal.timeout(LONGEST);
    const answer = await fetch("/console/news", { headers: { Authorization: `Ticket ${ticket}` }, credentials: "omit", signal });
    if (answer.ok) hear((await answer.text()).split(".").map(Number));
    else if (answer.status === 401) self.postMessage({ expired: true });
    failed(answer.status >= 500);
  } catch { failed(true); }
  asking = false;
  // a ticket that ran out is renewed by the page: asking as often meanwhile would be in vain
  timer = setTimeout(ask, Math.min(every * 2 ** failures, LONGEST));
}

function hear(now) {
  const news = now.map((number, i) => number > numbers[i]);
  numbers = now.map((number, i) => Math.max(number, numbers[i]));
  if (news.includes(true)) self.postMessage({ news });
}

function failed(yes) {
  failures = yes ? Math.min(failures + 1, 6) : 0;
  self.postMessage({ lost: failures > 1 });
}
