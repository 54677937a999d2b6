"""What the stage asks the server for, over plain HTTP and outside of Streamlit's reruns.

A component in the browser fetches pictures while they are computed, and stops by hanging up; no
script run waits for them, and no other visitor's page does.
"""
