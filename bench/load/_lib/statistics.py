"""Whether two samples could come from the same source."""
import math


def mann_whitney(first, second):
    """Two-sided p of the rank sum test (Mann and Whitney 1947), by the normal approximation with its correction for
    ties; for samples of hundreds and more."""
    total = len(first) + len(second)
    values = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank_sum = ties = 0.0
    begin = 0
    while begin < total:
        end = begin
        while end < total and values[end][0] == values[begin][0]:
            end += 1
        count = end - begin
        rank_sum += (begin + 1 + end) / 2 * sum(1 for _, which in values[begin:end] if which == 0)
        ties += count ** 3 - count
        begin = end
    n, m = len(first), len(second)
    u = rank_sum - n * (n + 1) / 2
    sigma = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    return math.erfc(abs(u - n * m / 2) / sigma / math.sqrt(2))
