"""The Graph API of Instagram: calls, results and what its errors mean."""
